import { updateFramebuffer } from '../commands/framebuffer.js';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceLimits } from '../limits.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { whereMemoryAllows } from '../objects/image-memory.js';
import { isSameMode } from '../screen/display-mode.js';
import { FRAMEBUFFER_ID } from '../screen/shown-screen.js';
import type { ScreenTarget, ScreenTargetImage } from '../screen/screen-target.js';
import type { DisplayRequest } from './display-registers.js';
import type { RegisterFile } from './register-file.js';

/** Connects the registers of modes and palette with what the device shows, for the host. */
export class Display {
  readonly #objects: DeviceObjects;
  readonly #registers: RegisterFile;

  constructor(objects: DeviceObjects, registers: RegisterFile) {
    this.#objects = objects;
    this.#registers = registers;
  }

  /**
   * Whether the mode registers or the palette have changed what is shown. A mode takes several writes: it is shown at
   * the next command that draws, or in `SvgaDevice.advance`.
   */
  get isDue(): boolean {
    const { framebuffer, screens } = this.#objects;
    const { isPaletteNew, isShown, mode } = this.#registers;
    return screens.size === 0 && isShown && (isPaletteNew || !isSameMode(framebuffer.mode, mode));
  }

  /** Shows what the registers say; with another palette all of the framebuffer again. Throws as commands do. */
  show(): void {
    this.#objects.showScreens();
    const { mode } = this.#objects.framebuffer;
    const { isPaletteNew } = this.#registers;
    this.#registers.isPaletteNew = false;
    if (isPaletteNew && mode?.bitsPerPixel === 8) {
      updateFramebuffer(this.#objects, { x: 0, y: 0, w: mode.width, h: mode.height });
    }
  }

  /** The pointer may have moved: in FIFO memory, which is plain memory unless the device is configured. */
  pollPointer(fifo: Uint32Array): void {
    if (this.#registers.isRunning) {
      this.#objects.pointer.pollFifo(fifo);
    }
    this.#objects.displays.pointerChanged();
  }

  /** The picture of a screen; undefined if there is none of this id, or no memory for it. */
  picture(id: number): ScreenTargetImage | undefined {
    const { framebuffer, hostImages, images, screens } = this.#objects;
    const target = screens.get(id);
    const screen = id === FRAMEBUFFER_ID ? framebuffer.pixels : target?.pixels;
    if (screen === undefined || (!isRendered(target) && !whereMemoryAllows(() => screen.clamped(images)))) {
      return undefined;
    }
    const { xRoot = 0, yRoot = 0 } = target?.definition ?? {};
    const { width, height } = screen;
    return {
      ...{ width, height, xRoot, yRoot },
      get pixels() {
        if (isRendered(target)) {
          hostImages.pixels(target);
        }
        return screen.clamped(images);
      },
      get rendered() {
        return isRendered(target) ? target : undefined;
      },
    };
  }
}

/** Whether the renderer's picture of a screen may be newer than its pixels. */
function isRendered(target: ScreenTarget | undefined): target is ScreenTarget {
  return target?.isRendered === true;
}

/** @throws SvgaDeviceError EINVAL for sizes that no screen has */
export function checkRequests(displays: readonly DisplayRequest[], { maxScreenSize }: DeviceLimits): void {
  for (const { x, y, width, height } of displays) {
    const isSize = (size: number): boolean => Number.isInteger(size) && size >= 1 && size <= maxScreenSize;
    if (!isSize(width) || !isSize(height) || x !== (x | 0) || y !== (y | 0)) {
      throw new SvgaDeviceError('EINVAL', 'not a display', { x, y, width, height });
    }
  }
}
