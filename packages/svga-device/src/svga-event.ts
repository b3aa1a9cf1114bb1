import type { CommandReader } from '@cg/svga-protocol';
import type { ScreenRect } from './screen/screen-target.js';

/**
 * Events of the device (`SvgaDevice.events`), delivered as they happen: a listener must not access the device's
 * ports.
 *
 * - `command-starts`: a command of the ring or of a buffer is about to run, and has had no effect yet. Commands of
 *   the device context emit no events.
 * - `command-done`: it has succeeded. A refused one starts and is never done.
 * - `refused`: the device refuses a command, header, submission or register write; `SvgaDevice.lastError`.
 * - `fence-passed`: the last passed fence number, which guests read, is now this one.
 * - `screen-updated`: a rectangle of a screen target was updated; `SvgaDevice.screenTarget` has it.
 */
export type SvgaEvent =
  | {
      readonly kind: 'command-starts' | 'command-done';
      /** Positioned at the command. It is the device's own: to be read before the listener returns, and not moved. */
      readonly reader: CommandReader;
      /** The DX context that the header of its buffer names; undefined without one. */
      readonly dxContextId: number | undefined;
    }
  | { readonly kind: 'refused'; readonly error: Error }
  | { readonly kind: 'fence-passed'; readonly fence: number }
  | { readonly kind: 'screen-updated'; readonly screenTargetId: number; readonly rect: ScreenRect };
