import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { FRAMEBUFFER_ID } from '../screen/shown-screen.js';
import { clip } from '../screen/screen-rect.js';
import type { ScreenRect } from '../screen/screen-rect.js';
import type { CommandFamily } from './command-family.js';

/** SVGA_ROP_COPY of svga_reg.h, the only raster operation of a copy. */
const SVGA_ROP_COPY = 3;

/** Shows a rectangle of VRAM, as far as it lies on the screen. Where there is none, nothing happens. */
export function updateFramebuffer(objects: DeviceObjects, rect: ScreenRect): void {
  const { framebuffer, budget, surroundings } = objects;
  const { mode, pixels } = framebuffer;
  const shown = mode && clip(rect, mode.width, mode.height);
  if (shown === undefined || shown.w === 0 || shown.h === 0) {
    return;
  }
  budget.chargeEach(pixels?.own === undefined ? (pixels?.size ?? 0) : 0, 3 * COST.FRESH_BYTE);
  budget.charge(0, shown.h);
  budget.chargeEach(shown.w * shown.h, COST.PIXEL);
  framebuffer.update(surroundings.vram(), shown, surroundings.palette(), objects.images);
  surroundings.events.tell?.({ kind: 'screen-updated', screenTargetId: FRAMEBUFFER_ID, rect: shown });
}

function update(objects: DeviceObjects, { x, y, width, height }: CommandFields<'UPDATE'>): void {
  objects.showScreens();
  updateFramebuffer(objects, { x, y, w: width, h: height });
}

/** Copies in VRAM, and shows the result. Where the framebuffer is no screen, nothing happens. */
function copy(objects: DeviceObjects, fields: CommandFields<'RECT_COPY'>): void {
  objects.showScreens();
  const { framebuffer, budget, surroundings } = objects;
  const { srcX, srcY, destX, destY, width: w, height: h } = fields;
  const { mode } = framebuffer;
  if (mode === undefined) {
    return;
  }
  const right = Math.max(srcX, destX) + w;
  const bottom = Math.max(srcY, destY) + h;
  if (right > mode.width || bottom > mode.height) {
    throw new SvgaDeviceError('EINVAL', 'rectangle leaves the framebuffer', { right, bottom });
  }
  budget.charge(h * mode.pitch, h);
  framebuffer.copy(surroundings.vram(), { x: srcX, y: srcY }, { x: destX, y: destY, w, h });
  updateFramebuffer(objects, { x: destX, y: destY, w, h });
}

function copyByRop(objects: DeviceObjects, fields: CommandFields<'RECT_ROP_COPY'>): void {
  if (fields.rop !== SVGA_ROP_COPY) {
    throw new SvgaDeviceError('EINVAL', 'not a raster operation of this device', { rop: fields.rop });
  }
  copy(objects, fields);
}

/** The legacy framebuffer, as drivers without screen targets use it. */
export const framebufferCommands: CommandFamily = {
  UPDATE: update,
  UPDATE_VERBOSE: update,
  RECT_COPY: copy,
  RECT_ROP_COPY: copyByRop,
};
