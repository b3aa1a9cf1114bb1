import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { SvgaDevice, type SvgaDeviceOptions } from '@cg/svga-device';
import { CommandWriter, SVGA_FIFO } from '@cg/svga-protocol';
import { copyCommand, processOf } from './driver.fixture.js';
import type { BufferObject } from './memory/buffer-object.js';
import { VmwgfxDriver, type DriverOptions } from './driver.js';

export const SIDE = 64;
export const BYTES = SIDE * SIDE * 4;
export const square = { format: 2, width: SIDE, height: SIDE };

/**
 * A driver on a device that takes one unit of time for each command buffer, with a file, and what time it is. Time
 * passes while the driver waits, and in `pass`.
 */
export function slowDevice(
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
  const passTime = (): boolean => {
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
      return passTime();
    },
    clock: () => svga.now,
  };
  driver = new VmwgfxDriver(memory, hardware, options);
  const { cpu, addressSpace } = processOf(memory);
  const file = driver.open();
  const surface = (traits: object = {}) => file.createSurface({ ...square, ...traits }).handle;
  /** A coherent surface, mapped, full of a value. */
  const filled = (value: number) => {
    const handle = surface({ coherent: true });
    const { start } = file.mapSurface(handle, addressSpace);
    cpu.storeBytes(start, new Uint8Array(BYTES).fill(value));
    return { handle, start };
  };
  return {
    memory,
    device: svga,
    driver,
    cpu,
    addressSpace,
    file,
    surface,
    filled,
    copy: (from: number, to: number) => file.submit(copyCommand(from, to, SIDE, SIDE)),
    submit: (write: (writer: CommandWriter) => void, context?: number) => {
      const writer = new CommandWriter();
      write(writer);
      return file.submit(writer.bytes, context === undefined ? {} : { context });
    },
    onDevice: (handle: number) => svga.image(file.deviceId(handle), 0)?.[0],
    /** Whether a surface, alone in its backing, is GPU-dirty. */
    gpuDirty: (handle: number) => {
      const { handle: object, mapOffset } = file.backingOf(handle);
      file.closeHandle(object);
      const backing = driver.state.fakeOffsets.find(mapOffset / PAGE_SIZE) as BufferObject;
      return [...backing.resources.overlapping(0, backing.bytes)].some(({ value }) => value.gpuDirty);
    },
    /** Lets the device finish one command buffer. */
    step: passTime,
    /** From now on the device's interrupts are lost. */
    deafen: () => {
      hearsInterrupts = false;
    },
    /** Lets the device finish everything, without the driver waiting. */
    pass: () => {
      while (passTime()) {
        // the interrupt handler submits what waits
      }
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
