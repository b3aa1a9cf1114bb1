import type { Renderer } from './renderer/renderer.js';
import type { GuestMemory } from './memory/guest-memory.js';

/** All the device knows of the world around it. */
export interface SvgaHost {
  readonly memory: GuestMemory;
  /** The level of the interrupt line; called when it changes. May access the device's ports. */
  setInterrupt(asserted: boolean): void;
  /** What draws for the device; without one it clears and copies itself, and counts draws. */
  readonly renderer?: Renderer | undefined;
}
