import type { SvgaDevice } from '@cg/svga-device';
import type { EmulatorCpu } from './emulator.js';

/**
 * The device's time, in milliseconds. It runs with the emulator's main loop, stops with it, and continues from a
 * snapshot.
 */
export class DeviceClock {
  /** The last time given to the device. */
  now = 0;
  #emulatorTime: number | undefined;

  constructor(cpu: EmulatorCpu, device: SvgaDevice) {
    const timers = cpu.run_hardware_timers.bind(cpu);
    cpu.run_hardware_timers = (acpi, emulatorTime) => {
      const sleep = timers(acpi, emulatorTime);
      this.now += Math.max(0, emulatorTime - (this.#emulatorTime ?? emulatorTime));
      this.#emulatorTime = emulatorTime;
      device.advance(this.now);
      const { nextDue } = device;
      return nextDue === undefined ? sleep : Math.min(sleep, Math.max(0, nextDue - this.now));
    };
  }

  /** Continues from another time. */
  set(now: number): void {
    this.now = now;
    this.#emulatorTime = undefined;
  }
}
