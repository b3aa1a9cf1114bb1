import type { CommandReader } from '@cg/svga-protocol';
import type { ShownScreen } from './screen/shown-screen.js';
import type { PointerState } from './screen/pointer.js';
import type { ScreenRect } from './screen/screen-rect.js';

/**
 * Events of the device (`SvgaDevice.events`), delivered as they happen: a listener must not access the device's
 * ports.
 *
 * - `command-starts`: a command of the ring or of a buffer is about to run, and has had no effect yet. Commands of
 *   the device context emit no events.
 * - `command-done`: it has succeeded. A refused one starts and is never done.
 * - `refused`: the device refuses a command, header, submission or register write; `SvgaDevice.lastError`.
 * - `fence-passed`: the last passed fence number, which guests read, is now this one.
 * - `screen-defined`, `screen-resized`, `screen-destroyed`: what `SvgaDevice.shownScreens` has changed. The legacy
 *   framebuffer is the screen FRAMEBUFFER_ID.
 * - `screen-updated`: a rectangle of a screen was updated; `SvgaDevice.screenTarget` has it.
 * - `pointer-defined`: the mouse pointer has a new image. `pointer-moved`: it has moved, appeared or vanished.
 * - `restored`: the device is that of a snapshot. What was told before holds no longer; the events that follow tell of
 *   every screen, with an update of all of it, and of the pointer.
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
  | ({ readonly kind: 'screen-defined' | 'screen-resized' } & ShownScreen)
  | { readonly kind: 'screen-destroyed'; readonly screenTargetId: number }
  | { readonly kind: 'pointer-defined' | 'pointer-moved'; readonly pointer: PointerState }
  | { readonly kind: 'restored' }
  | { readonly kind: 'screen-updated'; readonly screenTargetId: number; readonly rect: ScreenRect };
