import type { SvgaDevice } from '@cg/svga-device';

/** The longest time of a command buffer with a random delay, in steps. */
const MAX_RANDOM_DELAY = 8;

/**
 * The time of a device that lags behind: one unit passes with each step, or a number that only depends on the step.
 * While the driver waits, as much passes as it waits for.
 */
export class DeviceTime {
  /** For `SvgaDeviceOptions.completionDelay`. */
  readonly completionDelay: number;

  constructor(readonly delay: number | 'random') {
    this.completionDelay = delay === 'random' ? MAX_RANDOM_DELAY : delay;
  }

  get isLate(): boolean {
    return this.completionDelay > 0;
  }

  /** A step begins: what is due by then has been done. */
  pass(device: SvgaDevice, step: number): void {
    if (this.isLate) {
      const passed = this.delay === 'random' ? (Math.imul(step, 0x9e3779b1) >>> 24) % MAX_RANDOM_DELAY : 1;
      device.advance(device.now + passed);
    }
  }

  /** Nothing more is submitted: all is done. */
  finish(device: SvgaDevice): void {
    for (let due = device.nextDue; due !== undefined; due = device.nextDue) {
      device.advance(due);
    }
  }
}
