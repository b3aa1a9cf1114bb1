import { AddressSpace, Cpu, PhysicalMemory, type CpuEvent, type Vma } from '@cg/pagetable';
import { SvgaDevice, type Renderer, type SvgaDeviceOptions, type SvgaEvent } from '@cg/svga-device';
import {
  VmwgfxDriver,
  type DriverEvent,
  type DriverOptions,
  type DrmFile,
  type SvgaHardware,
} from '@cg/vmwgfx';
import { MachineError } from './errors.js';

/** Options of a machine. */
export interface MachineOptions {
  /** CPUs, at least 1. Default 2. */
  readonly cpus?: number;
  /** Physical memory in bytes, a multiple of 4096. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** A memory that is no longer used, of the same size: its host memory is used again, which saves time. */
  readonly memoryFrom?: PhysicalMemory;
  readonly device?: SvgaDeviceOptions;
  /** What clears and copies for the device. */
  readonly renderer?: Renderer;
  /**
   * Called where the driver waits and nothing is due on the device, which then waits for its renderer: lets that go on.
   * Returns false where nothing will come of it: the driver gives the device up (EIO).
   */
  readonly progress?: () => boolean;
  readonly driver?: DriverOptions;
}

/** An event of its CPUs, its driver with the trackers, or its device. */
export type MachineEvent = CpuEvent | DriverEvent | SvgaEvent;

/** CPUs, physical memory, the SVGA device on its bus, and the driver for it: the composition root. */
export class Machine {
  readonly memory: PhysicalMemory;
  readonly cpus: readonly Cpu[];
  readonly device: SvgaDevice;
  readonly driver: VmwgfxDriver;

  /** @throws MachineError EINVAL without a CPU; PageTableError for an invalid size or without memory */
  constructor(options: MachineOptions = {}) {
    const { cpus = 2, memoryBytes = 256 * 2 ** 20 } = options;
    if (!Number.isInteger(cpus) || cpus < 1) {
      throw new MachineError('EINVAL', `a machine cannot have ${cpus} CPUs`);
    }
    this.memory = new PhysicalMemory(memoryBytes, options.memoryFrom);
    this.cpus = Array.from({ length: cpus }, () => new Cpu(this.memory));
    const { u8 } = this.memory;
    this.device = new SvgaDevice(
      {
        memory: { bytes: u8.length, view: (address, length) => u8.subarray(address, address + length) },
        setInterrupt: (asserted) => {
          if (asserted) {
            this.driver.handleInterrupt();
          }
        },
        renderer: options.renderer,
      },
      { ...deviceLimitsFor(memoryBytes), ...options.device },
    );
    this.driver = new VmwgfxDriver(this.memory, this.#hardware(options.progress), options.driver);
  }

  /** The device as its driver sees it: while the driver waits, the device's time passes. */
  #hardware(progress: (() => boolean) | undefined): SvgaHardware {
    const { device } = this;
    return {
      fifo: device.fifo,
      readPort: (offset) => device.readPort(offset),
      writePort: (offset, value) => device.writePort(offset, value),
      progress: () => {
        const { nextDue } = device;
        if (nextDue === undefined) {
          return progress?.() ?? false;
        }
        device.advance(nextDue);
        return true;
      },
    };
  }

  /**
   * Adds a listener for all events of the machine, as one ordered stream: TLB misses, faults, the result of scans,
   * boxes, commands when the driver emits and when the device runs them, fences. `memory.events`, `driver.events` and
   * `device.events` have the events of one part.
   * @returns ends that
   */
  listen(hear: (event: MachineEvent) => void): () => void {
    const { memory, driver, device } = this;
    const stops = [memory.events.listen(hear), driver.events.listen(hear), device.events.listen(hear)];
    return () => stops.forEach((stop) => stop());
  }

  /** A process with the device open, run by every CPU. */
  spawn(): Process {
    const process = new Process(new AddressSpace(this.memory), this.driver.open());
    for (const cpu of this.cpus) {
      cpu.run(process.addressSpace);
    }
    return process;
  }
}

/** Limits that follow from memory: the device's own limits must not be lower. */
function deviceLimitsFor(memoryBytes: number): SvgaDeviceOptions {
  const bytes = Math.max(memoryBytes, 512 * 2 ** 20);
  // The largest surface needs a work budget of about 10 times its bytes.
  return { maxMobBytes: bytes, maxSurfaceBytes: bytes, maxImageBytes: bytes, maxWorkBytes: 16 * bytes };
}

/** A user of the machine: an address space, and its open file of the device. */
export class Process {
  constructor(
    readonly addressSpace: AddressSpace,
    readonly file: DrmFile,
  ) {}

  /** Maps a coherent surface. @throws as DrmFile.mapSurface */
  map(handle: number): Vma {
    return this.file.mapSurface(handle, this.addressSpace);
  }
}
