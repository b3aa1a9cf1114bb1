import type { CommandReader } from '@cg/svga-protocol';
import type { ScreenRect } from './screen/screen-target.js';

/**
 * What the device tells (`SvgaDevice.events`), while it happens: a listener looks, and does not access the device's
 * ports.
 *
 * - `command-starts`: a command of the ring or of a buffer is about to run, and nothing of it has happened. Commands
 *   of the device context tell nothing.
 * - `command-done`: it has succeeded. One that is refused starts and is never done.
 * - `refused`: a command, header, submission or register write that the device refuses; `SvgaDevice.lastError`.
 * - `fence-passed`: the last fence number passed, which guests read, is this one now.
 * - `screen-updated`: a rectangle of a screen target shows something new; `SvgaDevice.screenTarget` has it.
 */
export type SvgaEvent =
  | {
      readonly kind: 'command-starts' | 'command-done';
      /** Stands at the command. It is the device's own: read before the listener returns, and not moved. */
      readonly reader: CommandReader;
    }
  | { readonly kind: 'refused'; readonly error: Error }
  | { readonly kind: 'fence-passed'; readonly fence: number }
  | { readonly kind: 'screen-updated'; readonly screenTargetId: number; readonly rect: ScreenRect };
