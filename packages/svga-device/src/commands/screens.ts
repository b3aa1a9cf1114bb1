import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields } from '@cg/svga-protocol';
import { screenTargetEntry, SVGA_OTABLE, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { isWithRenderer } from '../objects/surface-content.js';
import { COST } from '../objects/work-budget.js';
import { CommandWait } from '../renderer/command-wait.js';
import { screenFormat } from '../screen/rgba.js';
import { clip } from '../screen/screen-rect.js';
import { ScreenTarget } from '../screen/screen-target.js';
import type { ScreenRect } from '../screen/screen-rect.js';
import type { ScreenTargetDefinition } from '../screen/screen-target.js';
import type { CommandFamily } from './command-family.js';
import { checkNewId } from './object-ids.js';
import { imageRef } from './copies.js';
import { subresourceOf } from './subresources.js';

/** Writes the entry of a screen target to the object table. */
export function writeScreenEntry(objects: DeviceObjects, screen: ScreenTarget): void {
  const { definition, sid, face, mipmap } = screen;
  objects.tables.write(SVGA_OTABLE.SCREENTARGET, definition.stid, screenTargetEntry, {
    ...definition,
    sid,
    face,
    mipmap,
  });
}

/**
 * A new screen target, within the device's limits.
 * @throws SvgaDeviceError EINVAL, EEXIST
 */
export function newScreen(
  { screens, limits }: DeviceObjects,
  definition: ScreenTargetDefinition,
): ScreenTarget {
  const { stid, width, height } = definition;
  checkNewId(screens, stid, limits.maxScreenTargets);
  if (width === 0 || height === 0 || width > limits.maxScreenSize || height > limits.maxScreenSize) {
    throw new SvgaDeviceError('EINVAL', 'not a size of a screen', { stid, width, height });
  }
  return new ScreenTarget(definition);
}

function define(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_SCREENTARGET'>): void {
  const { stid, width, height, xRoot, yRoot, flags, dpi } = fields;
  const screen = newScreen(objects, { stid, width, height, xRoot, yRoot, flags, dpi });
  writeScreenEntry(objects, screen);
  objects.screens.set(stid, screen);
  objects.showScreens();
}

function destroy(objects: DeviceObjects, { stid }: CommandFields<'DESTROY_GB_SCREENTARGET'>): void {
  const screen = objects.screen(stid);
  objects.tables.clear(SVGA_OTABLE.SCREENTARGET, stid);
  objects.dropScreen(screen);
  objects.screens.delete(stid);
  objects.showScreens();
}

/** Binds to an existing image, or to none. The screen's pixels stay until it is updated. */
function bind(objects: DeviceObjects, fields: CommandFields<'BIND_GB_SCREENTARGET'>): void {
  const screen = objects.screen(fields.stid);
  if (fields.sid !== SVGA3D_INVALID_ID) {
    const { surface } = imageRef(objects, fields.sid, fields.face, fields.mipmap);
    if (surface.layout.format.buffer || surface.layout.format.planar) {
      throw new SvgaDeviceError('EINVAL', 'a screen cannot show the format', {
        format: surface.layout.format.id,
      });
    }
  }
  const before = { sid: screen.sid, face: screen.face, mipmap: screen.mipmap };
  Object.assign(screen, { sid: fields.sid, face: fields.face, mipmap: fields.mipmap });
  try {
    writeScreenEntry(objects, screen);
  } catch (error) {
    Object.assign(screen, before);
    throw error;
  }
}

/** Makes the device's pixels the newest before a rectangle of them is written. @throws CommandWait */
function fetchPixels({ renderer, images }: DeviceObjects, screen: ScreenTarget, { w, h }: ScreenRect): void {
  if (screen.isRendered && (w < screen.width || h < screen.height)) {
    screen.pixels.bytes(images);
    const answer = renderer?.screens?.pixelsNeeded(screen);
    if (answer !== undefined) {
      throw new CommandWait(answer);
    }
  }
  screen.isRendered = false;
}

function update(objects: DeviceObjects, fields: CommandFields<'UPDATE_GB_SCREENTARGET'>): void {
  const screen = objects.screen(fields.stid);
  const surface = objects.surfaces.get(screen.sid);
  if (surface === undefined) {
    return; // vmwgfx also sends it for a screen that it has just unbound
  }
  const subresource = subresourceOf(surface.layout, screen.face, screen.mipmap);
  const { width, height } = screen.definition;
  const { x, y, w, h } = fields;
  const rect = clip({ x, y, w, h }, width, height);
  if (rect.w === 0 || rect.h === 0) {
    return;
  }
  const shown = screenFormat(surface.layout.format, objects.surroundings.palette());
  if (shown === undefined) {
    throw new SvgaDeviceError('EINVAL', 'a screen cannot show the format', {
      format: surface.layout.format.id,
    });
  }
  objects.budget.charge(0, rect.h);
  objects.budget.chargeEach(rect.w * rect.h, shown.cost);
  screen.checkCovered(surface.layout, subresource, rect);
  const screens = objects.renderer?.screens;
  const isRendered = screens !== undefined && isWithRenderer(surface.content.of(subresource));
  if (isRendered && screens.update(screen, surface, subresource, rect)) {
    screen.isRendered = true;
  } else {
    const newPixels = screen.pixels.own === undefined ? screen.pixels.size : 0;
    objects.budget.chargeEach(newPixels, 3 * COST.FRESH_BYTE); // they are initialised to black
    const image = objects.store.forReading(surface, subresource);
    fetchPixels(objects, screen, rect);
    screen.update({ image, layout: surface.layout, subresource }, rect, shown.toRgba, objects.images);
    screens?.pixelsWritten(screen);
  }
  objects.surroundings.events.tell?.({ kind: 'screen-updated', screenTargetId: fields.stid, rect });
}

/** Screen targets. */
export const screenCommands: CommandFamily = {
  DEFINE_GB_SCREENTARGET: define,
  DESTROY_GB_SCREENTARGET: destroy,
  BIND_GB_SCREENTARGET: bind,
  UPDATE_GB_SCREENTARGET: update,
  UPDATE_GB_SCREENTARGET_V2: update,
};
