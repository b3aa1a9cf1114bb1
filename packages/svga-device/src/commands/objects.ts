import { SurfaceLayout } from '@cg/surface-layout';
import type { DeviceObjects } from '../device-objects.js';
import { SvgaDeviceError } from '../errors.js';
import { GuestBacking } from '../guest-backing.js';
import type { DeviceLimits } from '../limits.js';
import type { CommandFields } from '../protocol/command-table.js';
import {
  mobEntry,
  objectTableEntryBytes,
  surfaceEntry,
  SVGA_OTABLE,
} from '../protocol/object-table-entries.js';
import {
  SVGA3D_INVALID_ID,
  SVGA3D_MAX_SAMPLES,
  SVGA3D_MAX_SURFACE_FACES,
  SVGA3D_SURFACE,
} from '../protocol/surface-types.js';
import { Surface } from '../surface.js';
import type { SurfaceDefinition } from '../surface.js';

/**
 * SET_OTABLE_BASE64: puts an object table where the guest says, or takes it away where the size is 0. Of the
 * objects of its type stay those that lie in `validSizeInBytes`, the part the guest promises to have moved;
 * the others are gone.
 */
export function setObjectTable(objects: DeviceObjects, fields: CommandFields<'SET_OTABLE_BASE64'>): void {
  const { type, baseAddress, sizeInBytes, validSizeInBytes, ptDepth } = fields;
  const lastType = objects.limits.dx ? SVGA_OTABLE.DXCONTEXT : SVGA_OTABLE.SCREENTARGET;
  if (type > lastType || validSizeInBytes > sizeInBytes) {
    throw new SvgaDeviceError('EINVAL', 'not an object table', { type, sizeInBytes, validSizeInBytes });
  }
  const backing =
    sizeInBytes === 0 ? undefined : new GuestBacking(objects.memory, ptDepth, baseAddress, sizeInBytes);
  objects.dropObjects(type, Math.floor(validSizeInBytes / objectTableEntryBytes[type]));
  objects.tables.set(type, backing);
}

function checkNewId(known: ReadonlyMap<number, unknown>, id: number, limit: number): void {
  if (id >= limit) {
    throw new SvgaDeviceError('EINVAL', 'id is above the limit of the device', { id, limit });
  }
  if (known.has(id)) {
    throw new SvgaDeviceError('EEXIST', 'id is in use', { id });
  }
}

export function defineGbMob(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_MOB64'>): void {
  const { mobid, ptDepth, base, sizeInBytes } = fields;
  checkNewId(objects.mobs, mobid, objects.limits.maxMobs);
  if (sizeInBytes > objects.limits.maxMobBytes) {
    throw new SvgaDeviceError('ENOMEM', 'MOB is too large', { mobid, sizeInBytes });
  }
  const mob = new GuestBacking(objects.memory, ptDepth, base, sizeInBytes);
  objects.tables.write(SVGA_OTABLE.MOB, mobid, mobEntry, { ptDepth, sizeInBytes, base });
  objects.mobs.set(mobid, mob);
}

/** Surfaces that are bound to the MOB stay bound to its id. */
export function destroyGbMob(objects: DeviceObjects, fields: CommandFields<'DESTROY_GB_MOB'>): void {
  objects.mob(fields.mobid);
  objects.tables.clear(SVGA_OTABLE.MOB, fields.mobid);
  objects.mobs.delete(fields.mobid);
}

/** Rule 7.1: a cube has 6 layers unless an array size is set. */
function layersOf({ arraySize, surfaceFlags }: SurfaceDefinition): number {
  if (arraySize !== 0) {
    return arraySize;
  }
  return (surfaceFlags & SVGA3D_SURFACE.CUBEMAP) === 0 ? 1 : SVGA3D_MAX_SURFACE_FACES;
}

function layOut(definition: SurfaceDefinition, limits: DeviceLimits): SurfaceLayout {
  const { sid, width, height, depth, arraySize, multisampleCount } = definition;
  if (arraySize > limits.maxArraySize || multisampleCount > SVGA3D_MAX_SAMPLES) {
    throw new SvgaDeviceError('EINVAL', 'too many layers or samples', { sid, arraySize, multisampleCount });
  }
  const layout = new SurfaceLayout({
    format: definition.format,
    width,
    height,
    depth,
    mipLevels: definition.numMipLevels,
    layers: layersOf(definition),
    samples: multisampleCount,
  });
  if (!layout.format.buffer && Math.max(width, height, depth) > limits.maxTextureSize) {
    throw new SvgaDeviceError('EINVAL', 'texture is too large', { sid, width, height, depth });
  }
  if (layout.bytes > limits.maxSurfaceBytes) {
    throw new SvgaDeviceError('ENOMEM', 'surface is too large', { sid, bytes: layout.bytes });
  }
  return layout;
}

function writeSurfaceEntry(objects: DeviceObjects, definition: SurfaceDefinition, mobid: number): void {
  objects.tables.write(SVGA_OTABLE.SURFACE, definition.sid, surfaceEntry, {
    format: definition.format,
    surface1Flags: definition.surfaceFlags,
    numMipLevels: definition.numMipLevels,
    multisampleCount: definition.multisampleCount,
    autogenFilter: definition.autogenFilter,
    width: definition.width,
    height: definition.height,
    depth: definition.depth,
    mobid,
    arraySize: definition.arraySize,
    mobPitch: 0,
    surface2Flags: 0,
    multisamplePattern: 0,
    qualityLevel: 0,
    bufferByteStride: 0,
    minLOD: 0,
  });
}

export function defineGbSurfaceV2(
  objects: DeviceObjects,
  fields: CommandFields<'DEFINE_GB_SURFACE_V2'>,
): void {
  checkNewId(objects.surfaces, fields.sid, objects.limits.maxSurfaces);
  const surface = new Surface(fields, layOut(fields, objects.limits));
  writeSurfaceEntry(objects, fields, SVGA3D_INVALID_ID);
  objects.surfaces.set(fields.sid, surface);
}

export function defineGbSurface(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_SURFACE'>): void {
  defineGbSurfaceV2(objects, { ...fields, arraySize: 0 });
}

export function destroyGbSurface(objects: DeviceObjects, fields: CommandFields<'DESTROY_GB_SURFACE'>): void {
  const surface = objects.surface(fields.sid);
  objects.tables.clear(SVGA_OTABLE.SURFACE, fields.sid);
  surface.dropImage(objects.images);
  objects.surfaces.delete(fields.sid);
}

/**
 * Binds to a MOB that exists, or unbinds. Whether it is large enough shows when it is used. The image stays
 * as it is.
 */
export function bindGbSurface(objects: DeviceObjects, fields: CommandFields<'BIND_GB_SURFACE'>): void {
  const surface = objects.surface(fields.sid);
  if (fields.mobid !== SVGA3D_INVALID_ID) {
    objects.mob(fields.mobid);
  }
  writeSurfaceEntry(objects, surface.definition, fields.mobid);
  surface.mobId = fields.mobid;
}
