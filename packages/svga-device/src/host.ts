import type { Renderer } from './renderer/renderer.js';
import type { DeviceRecorder } from './recording/device-recorder.js';
import type { GuestMemory } from './memory/guest-memory.js';

/** The device's interface to its host. */
export interface SvgaHost {
  readonly memory: GuestMemory;
  /** Sets the level of the interrupt line; called when it changes. May access the device's ports. */
  setInterrupt(asserted: boolean): void;
  /** Draws for the device; without one the device clears and copies itself, and only counts draws. */
  readonly renderer?: Renderer | undefined;
  /** Records what the device is told. */
  readonly recorder?: DeviceRecorder | undefined;
}
