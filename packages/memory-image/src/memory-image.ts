/** Physical memory of which some addresses are at hand: a dump, a debugger, an emulator. */
export interface PhysicalMemory {
  /** One past the highest address held; 0 where none is. */
  readonly end: number;
  /** The first address from `physical` on that is held; `limit`, or Infinity, where none below it is. */
  nextHeld(physical: number, limit?: number): number;
  /** The first address from `physical` on that is not held; `limit` where all below it are. */
  nextHole(physical: number, limit?: number): number;
  /**
   * Fills `into` with the bytes from `physical` on. False where one of them is not held; what `into` has
   * then is not said.
   */
  read(physical: number, into: Uint8Array): boolean;
}

/** What the file is. */
export type ImageFormat = 'raw' | 'elf' | 'kdump' | 'lime' | 'windows';

/** A file that holds the physical memory of a machine, and what it says of the machine. */
export interface MemoryImage extends PhysicalMemory {
  readonly format: ImageFormat;
  /** The registers of each CPU that the file has, in its order. */
  readonly cpus: readonly CpuRegisters[];
  /** Where the file offset of a byte can be said: undefined where it is not held, or only compressed. */
  fileOffset(physical: number): number | undefined;
}

/** What of a CPU's registers decides how it translates addresses. */
export interface CpuRegisters {
  /** Whose record this is. */
  readonly source: 'QEMU' | 'VirtualBox' | 'Windows' | 'VMCOREINFO';
  /** The whole register: PCID and other bits that are no address too. */
  readonly cr3: bigint;
  readonly cr0?: bigint;
  readonly cr4?: bigint;
  /** The EFER model-specific register. */
  readonly efer?: bigint;
  /**
   * Whether the CPU was in long mode, where the record proves it without EFER: a 64-bit code segment, or a
   * descriptor table above 4 GiB. False proves nothing: 32-bit code may run in long mode.
   */
  readonly inLongMode?: boolean;
}
