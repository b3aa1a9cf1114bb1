/** Physical memory of which only some addresses are held: a dump, a debugger, an emulator. */
export interface PhysicalMemory {
  /** One past the highest address held; 0 if none is. */
  readonly end: number;
  /** The first address from `physical` on that is held; `limit`, or Infinity, if none below it is. */
  nextHeld(physical: number, limit?: number): number;
  /** The first address from `physical` on that is not held; `limit` if all below it are. */
  nextHole(physical: number, limit?: number): number;
  /**
   * Fills `into` with the bytes from `physical` on. False if one of them is not held; the content of `into` is
   * then undefined.
   */
  read(physical: number, into: Uint8Array): boolean;
}

/** The format of the file. */
export type ImageFormat = 'raw' | 'elf' | 'kdump' | 'lime' | 'windows';

/** A file with the physical memory of a machine, and further data about the machine. */
export interface MemoryImage extends PhysicalMemory {
  readonly format: ImageFormat;
  /** The registers of each CPU recorded in the file, in its order. */
  readonly cpus: readonly CpuRegisters[];
  /** File offset of a byte; undefined if it is not held, or only compressed. */
  fileOffset(physical: number): number | undefined;
}

/** The registers of a CPU that determine its address translation. */
export interface CpuRegisters {
  /** The writer of the record. */
  readonly source: 'QEMU' | 'VirtualBox' | 'Windows' | 'VMCOREINFO';
  /** The whole register, including PCID and other bits that are no address. */
  readonly cr3: bigint;
  readonly cr0?: bigint;
  readonly cr4?: bigint;
  /** The EFER model-specific register. */
  readonly efer?: bigint;
  /**
   * Whether the CPU was in long mode, if the record proves it without EFER: a 64-bit code segment, or a
   * descriptor table above 4 GiB. False proves nothing: 32-bit code may run in long mode.
   */
  readonly inLongMode?: boolean;
}
