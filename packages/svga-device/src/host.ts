import type { GuestMemory } from './memory/guest-memory.js';
import type { CommandReader } from '@cg/svga-protocol';
import type { ScreenRect } from './screen/screen-target.js';

/** All the device knows of the world around it. */
export interface SvgaHost {
  readonly memory: GuestMemory;
  /** The level of the interrupt line; called when it changes. May access the device's ports. */
  setInterrupt(asserted: boolean): void;
  /**
   * A rectangle of a screen target shows something new; `SvgaDevice.screenTarget` has it. Called while a
   * command runs: for taking note, not for accessing the device's ports.
   */
  screenUpdated?(screenTargetId: number, rect: ScreenRect): void;
  /**
   * A command is about to run, and nothing of it has happened; for taking note of it. The reader stands at it and
   * is the device's own: it is read before the call returns, and not moved.
   */
  commandStarts?(reader: CommandReader): void;
  /** The command that started has succeeded. One that the device refuses starts and is never done. */
  commandDone?(reader: CommandReader): void;
}
