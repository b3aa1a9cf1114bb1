import type { GuestMemory } from './memory/guest-memory.js';
import type { CommandReader } from './protocol/command-reader.js';
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
   * A command that the guest sent is about to run, or to be refused. The reader stands at it until this
   * returns; for taking note, not for accessing the device's ports.
   */
  commandFound?(command: CommandReader): void;
}
