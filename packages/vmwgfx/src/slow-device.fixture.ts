import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { SvgaDevice, type SvgaDeviceOptions } from '@cg/svga-device';
import { CommandWriter, SVGA_FIFO } from '@cg/svga-protocol';
import type { Fence } from './device/fence.js';
import { copyCommand, processOf } from './driver.fixture.js';
import { FaultInjection, type FaultPoint, type FaultSchedule } from './fault-injection.js';
import type { BufferObject } from './memory/buffer-object.js';
import { VmwgfxDriver, type DriverOptions } from './driver.js';

export const SIDE = 64;
export const BYTES = SIDE * SIDE * 4;
export const square = { format: 2, width: SIDE, height: SIDE };

/** For `describe.each`: a tracking method, when the device is done, and whether that is late. */
export const methodsAndDevices = [
  ['scan', 'at once', false],
  ['trap', 'at once', false],
  ['scan', 'late', true],
  ['trap', 'late', true],
] as const;

/** The failures that a random program orders. While there is none, its submissions are not waited for. */
export class OrderedFaults {
  readonly injection = new FaultInjection();
  #mayFail = false;

  /** Orders a failure behind everything that was submitted. */
  fail(driver: VmwgfxDriver, point: FaultPoint, schedule: FaultSchedule): void {
    driver.waitIdle();
    this.injection.fail(point, schedule);
    this.#mayFail = true;
  }

  disarm(): void {
    this.injection.disarm();
    this.#mayFail = false;
  }

  /** @throws the device's refusal, also one that comes late */
  finish(fence: Fence): void {
    if (!this.#mayFail) {
      return;
    }
    fence.wait();
    if (fence.failure !== undefined) {
      throw fence.failure;
    }
  }
}

/** A driver on a device that takes one unit of time for each command buffer. Time passes while the driver waits. */
export function slowBench(
  options: DriverOptions = {},
  device: SvgaDeviceOptions = {},
  pages = 4096,
  passedFence = 0,
) {
  const memory = new PhysicalMemory(pages * PAGE_SIZE);
  const { u8 } = memory;
  let driver: VmwgfxDriver | undefined = undefined;
  let waits = 0;
  let isStuck = false;
  let hearsInterrupts = true;
  const svga = new SvgaDevice(
    {
      memory: { bytes: u8.length, view: (address, length) => u8.subarray(address, address + length) },
      setInterrupt: (asserted) => asserted && hearsInterrupts && driver?.handleInterrupt(),
    },
    { dx: true, ...device, completionDelay: 1 },
  );
  svga.fifo[SVGA_FIFO.FENCE] = passedFence;
  const step = (): boolean => {
    if (svga.nextDue === undefined || isStuck) {
      return false;
    }
    svga.advance(svga.nextDue);
    return true;
  };
  const hardware = {
    fifo: svga.fifo,
    readPort: (offset: number) => svga.readPort(offset),
    writePort: (offset: number, value: number) => svga.writePort(offset, value),
    progress: () => {
      waits++;
      return step();
    },
    clock: () => svga.now,
  };
  driver = new VmwgfxDriver(memory, hardware, options);
  return {
    memory,
    device: svga,
    driver,
    /** Lets the device finish one command buffer. @returns false if it has none */
    step,
    /** Lets the device finish everything, without the driver waiting. */
    pass: () => {
      while (step()) {
        // the interrupt handler submits what waits
      }
    },
    /** From now on the device's interrupts are lost. */
    deafen: () => {
      hearsInterrupts = false;
    },
    /** The device does nothing any more. */
    stick: () => {
      isStuck = true;
    },
    /** How often the driver had to let time pass since the last call. */
    waits: () => {
      const count = waits;
      waits = 0;
      return count;
    },
  };
}

/** A driver on a slow device, with a file of a process. */
export function slowDevice(...[options, device, pages, passedFence]: Parameters<typeof slowBench>) {
  const base = slowBench(options, device, pages, passedFence);
  const { cpu, addressSpace } = processOf(base.memory);
  const file = base.driver.open();
  const surface = (traits: object = {}) => file.createSurface({ ...square, ...traits }).handle;
  return {
    ...base,
    cpu,
    addressSpace,
    file,
    surface,
    /** A coherent surface, mapped, full of a value. */
    filled: (value: number) => {
      const handle = surface({ coherent: true });
      const { start } = file.mapSurface(handle, addressSpace);
      cpu.storeBytes(start, new Uint8Array(BYTES).fill(value));
      return { handle, start };
    },
    copy: (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)),
    submit: (write: (writer: CommandWriter) => void, context?: number) => {
      const writer = new CommandWriter();
      write(writer);
      return file.submit(writer.bytes, context === undefined ? {} : { context });
    },
    /** The first byte of a surface's image; undefined if it has none yet. */
    onDevice: (handle: number) => base.device.image(file.deviceId(handle), 0)?.[0],
    /** Whether a surface, alone in its backing, is GPU-dirty. */
    gpuDirty: (handle: number) => {
      const { handle: object, mapOffset } = file.backingOf(handle);
      file.closeHandle(object);
      const backing = base.driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
      return [...backing.resources.overlapping(0, backing.bytes)].some(({ value }) => value.gpuDirty);
    },
  };
}
