import type { AttachOptions } from '../options.js';
import { attachSvga } from '../attach.js';
import type { AttachedSvga } from '../attach.js';
import { V86Error } from '../errors.js';
import type { PageStyle, ScreenCanvas } from './canvas.js';
import { controlsOf, whileStopped } from './controls.js';
import type { EmulatorControls } from './controls.js';
import { decodeState, encodeState } from './machine-state.js';
import { CanvasMouse } from './mouse.js';
import { ShownDisplay } from './shown-display.js';
import type { CursorStyle } from './shown-display.js';

/** The device's options, and how it is shown. */
export interface ScreenOptions extends AttachOptions {
  /** For the second screen, the third and so on. Screens without a canvas are not shown. */
  readonly moreCanvases?: readonly ScreenCanvas[];
  /** The element with v86's own VGA: shown, and the canvases not, while the device is off or hidden. */
  readonly vga?: { readonly style: Pick<PageStyle, 'display'> };
  /**
   * The guest's pointer: as the browser's (`css`), as part of the picture (`drawn`), or (`auto`, the default) as the
   * browser's while the guest takes places of the mouse and not movements.
   */
  readonly cursor?: CursorStyle;
  /** Whether the mouse over a canvas is the guest's. Default true. Keys are v86's: it listens to the whole page. */
  readonly mouse?: boolean;
}

/** A device in an emulator, and its screens on canvases. */
export interface SvgaScreen extends AttachedSvga {
  /** Draws at once what the next frame of the page would. */
  paint(): void;
  /**
   * Asks the guest for a screen of this size. A driver reads the registers for it when it starts; the canvas has the
   * size that the guest sets. @throws V86Error EINVAL for a size that no screen has
   */
  requestSize(width: number, height: number): void;
  /** The first canvas, on all of the monitor; from within a handler of the user's click or key. */
  requestFullscreen(): Promise<void>;
  /** The whole PC, v86's state and the device's, as of one moment. A running emulator stops for it. */
  saveState(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Restores what `saveState` returned, and draws all of it. The emulator needs the same options.
   * @throws V86Error EBADMSG for other bytes, or of a device with other options: then nothing has changed. Where v86
   * itself refuses its part, the PC is between two states, and has to be restored or made anew.
   */
  restoreState(state: Uint8Array): Promise<void>;
  /** Shows nothing any more, and gives the mouse back to v86. The device stays. */
  detachScreen(): void;
}

/**
 * Attaches the SVGA II device as `attachSvga` does, and shows its screens: screen targets, and the framebuffer of
 * drivers without these. Only what has changed is drawn, once in a frame of the page.
 * @param emulator a `V86` of the npm package `v86`, after its «emulator-ready» and before `run`
 * @param canvas for the first screen
 * @throws V86Error as `attachSvga`; ENODEV for a canvas without a 2D context
 */
export function attachSvgaScreen(
  emulator: object,
  canvas: ScreenCanvas,
  options: ScreenOptions = {},
): SvgaScreen {
  const { moreCanvases = [], vga, cursor = 'auto', mouse = true, ...attachOptions } = options;
  const controls = controlsOf(emulator);
  const attached = attachSvga(emulator, attachOptions);
  const { device } = attached;
  const canvases = [canvas, ...moreCanvases];
  const display = new ShownDisplay({ device, canvases, vga, cursor, pictures: options.renderer?.screens });
  const mice = mouse ? canvases.map((one) => new CanvasMouse(one, controls)) : [];
  const setAbsolute = (isAbsolute: boolean): void => {
    display.isAbsolute = isAbsolute;
    mice.forEach((one) => {
      one.isAbsolute = isAbsolute;
    });
  };
  controls.add_listener('vmware-absolute-mouse', setAbsolute);
  return {
    ...attached,
    paint: () => display.paint(),
    requestSize: (width, height) => request(attached, width, height),
    requestFullscreen: async () => canvas.requestFullscreen?.(),
    saveState: () => whileStopped(controls, () => save(controls, attached)),
    restoreState: (state) => whileStopped(controls, () => restore(controls, attached, state)),
    detachScreen: () => {
      controls.remove_listener('vmware-absolute-mouse', setAbsolute);
      mice.forEach((one) => one.end());
      display.end();
    },
  };
}

function request({ device }: AttachedSvga, width: number, height: number): void {
  try {
    device.requestDisplays([{ x: 0, y: 0, width, height }]);
  } catch {
    throw new V86Error('EINVAL', 'not a size of a screen', { width, height });
  }
}

async function save(emulator: EmulatorControls, attached: AttachedSvga): Promise<Uint8Array<ArrayBuffer>> {
  await attached.device.settle();
  const state = await emulator.save_state();
  return encodeState({ emulator: new Uint8Array(state), device: attached.snapshot() });
}

/** The device first: it refuses what it cannot take before anything has changed. */
async function restore(emulator: EmulatorControls, attached: AttachedSvga, state: Uint8Array): Promise<void> {
  const parts = decodeState(state);
  attached.restore(parts.device);
  // v86 writes to the array that it is given.
  await emulator.restore_state(parts.emulator.slice().buffer);
}
