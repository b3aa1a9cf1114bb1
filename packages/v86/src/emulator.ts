import { V86Error } from './errors.js';

type Read = (address: number) => number;
type Write = (address: number, value: number) => void;

/** A device on the PCI bus of v86, as `register_device` takes it. */
export interface PciDevice {
  /** Bus, slot and function as in the configuration address: the slot times 8. */
  readonly pci_id: number;
  /** The configuration space, 64 bytes or more. */
  readonly pci_space: readonly number[];
  /** By BAR; sizes are powers of two. */
  readonly pci_bars: readonly ({ readonly size: number } | undefined)[];
  readonly name: string;
}

/** The used part of v86's processor object. Its names are the same in the release and the debug build. */
export interface EmulatorCpu {
  /** Guest-physical memory, a view of `wasm_memory`. */
  readonly mem8: Uint8Array;
  readonly wasm_memory: { readonly buffer: ArrayBuffer };
  readonly io: {
    register_read(port: number, device: object, r8?: Read, r16?: Read, r32?: Read): void;
    register_write(
      port: number,
      device: object,
      w8?: (value: number) => void,
      w16?: (value: number) => void,
      w32?: (value: number) => void,
    ): void;
    /** Address and size in units of 128 KiB. */
    mmap_register(base: number, size: number, r8: Read, w8: Write, r32?: Read, w32?: Write): void;
  };
  readonly devices: {
    readonly pci: {
      /** By `pci_id`. */
      readonly devices: readonly (object | undefined)[];
      register_device(device: PciDevice): void;
      raise_irq(id: number): void;
      lower_irq(id: number): void;
    };
  };
  /** Called from v86's main loop with the time in milliseconds. @returns how long a halted CPU may sleep */
  run_hardware_timers(acpi: unknown, now: number): number;
}

/**
 * The processor of a v86 emulator.
 * @param emulator a `V86` after «emulator-ready»
 * @throws V86Error ENODEV if it is not ready, or lacks what a device needs
 */
export function cpuOf(emulator: object): EmulatorCpu {
  const cpu = (emulator as { v86?: { cpu?: Partial<EmulatorCpu> } }).v86?.cpu;
  if (cpu?.devices?.pci === undefined || cpu.io === undefined || cpu.mem8 === undefined) {
    throw new V86Error('ENODEV', 'not a v86 emulator after «emulator-ready»');
  }
  const { io, devices, run_hardware_timers: timers, wasm_memory: memory } = cpu;
  const needed = [io.register_read, io.mmap_register, devices.pci.register_device, timers];
  if (memory === undefined || needed.some((part) => typeof part !== 'function')) {
    throw new V86Error('ENODEV', 'this version of v86 is not supported');
  }
  return cpu as EmulatorCpu;
}
