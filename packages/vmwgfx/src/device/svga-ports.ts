import { SVGA_FIFO, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';

/** What the driver needs of the device: its I/O ports and its FIFO memory, as any SVGA II device has them. */
export interface SvgaHardware {
  readPort(offset: number): number;
  writePort(offset: number, value: number): void;
  readonly fifo: Uint32Array;
  /**
   * Advances a device that takes time to its next event. Left out: the device needs no help, and is polled.
   * @returns false if nothing is left to happen
   */
  progress?(): boolean;
  /** The clock of timeouts, in microseconds. Left out: the host's time. */
  clock?(): number;
}

/** Most polls of a device before it is given up. */
const MOST_POLLS = 1000;
const MOST_STEPS = 1_000_000;

/** The device's registers, through the index and value ports. */
export class SvgaPorts {
  constructor(readonly hardware: SvgaHardware) {}

  get fifo(): Uint32Array {
    return this.hardware.fifo;
  }

  /** The last fence number that the device has passed. */
  get passedFence(): number {
    return this.fifo[SVGA_FIFO.FENCE];
  }

  /**
   * Waits until a condition holds.
   * @param timeout in microseconds; without one, until the device makes no progress
   * @returns whether it does
   */
  waitUntil(holds: () => boolean, timeout = Infinity): boolean {
    const { hardware } = this;
    const end = timeout === Infinity ? Infinity : this.#now() + timeout;
    const most = hardware.progress === undefined ? MOST_POLLS : MOST_STEPS;
    for (let looks = 0; looks < most; looks++) {
      if (holds()) {
        return true;
      }
      if ((end !== Infinity && this.#now() >= end) || hardware.progress?.() === false) {
        break;
      }
    }
    return holds();
  }

  #now(): number {
    return this.hardware.clock?.() ?? Date.now() * 1000;
  }

  readRegister(index: number): number {
    this.hardware.writePort(SVGA_PORT.INDEX, index);
    return this.hardware.readPort(SVGA_PORT.VALUE);
  }

  writeRegister(index: number, value: number): void {
    this.hardware.writePort(SVGA_PORT.INDEX, index);
    this.hardware.writePort(SVGA_PORT.VALUE, value);
  }

  readDeviceCapability(index: number): number {
    this.writeRegister(SVGA_REG.DEV_CAP, index);
    return this.readRegister(SVGA_REG.DEV_CAP);
  }

  /** The first `count` device capabilities. The register is selected once: there are hundreds of them. */
  readDeviceCapabilities(count: number): Uint32Array {
    const { hardware } = this;
    const values = new Uint32Array(count);
    hardware.writePort(SVGA_PORT.INDEX, SVGA_REG.DEV_CAP);
    for (let index = 0; index < count; index++) {
      hardware.writePort(SVGA_PORT.VALUE, index);
      values[index] = hardware.readPort(SVGA_PORT.VALUE);
    }
    return values;
  }

  /** Reads and thereby acknowledges the pending interrupts. */
  takeInterrupts(): number {
    const status = this.hardware.readPort(SVGA_PORT.IRQSTATUS);
    this.hardware.writePort(SVGA_PORT.IRQSTATUS, status);
    return status;
  }
}
