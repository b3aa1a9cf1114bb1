import type { GuestMemory } from './memory/guest-memory.js';

/** All the device knows of the world around it. */
export interface SvgaHost {
  readonly memory: GuestMemory;
  /** The level of the interrupt line; called when it changes. May access the device's ports. */
  setInterrupt(asserted: boolean): void;
}
