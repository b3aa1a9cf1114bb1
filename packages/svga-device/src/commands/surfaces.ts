import { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceLimits } from '../limits.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import {
  Surface,
  surfaceDefinition,
  type DefinedFields,
  type SurfaceDefinition,
} from '../objects/surface.js';
import type { CommandFields } from '@cg/svga-protocol';
import {
  surfaceEntry,
  SVGA_OTABLE,
  SVGA3D_INVALID_ID,
  SVGA3D_MAX_SAMPLES,
  SVGA3D_MAX_SURFACE_FACES,
  SVGA3D_SURFACE,
} from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { checkNewId } from './object-ids.js';

const TWO_32 = 2 ** 32;

/** SVGA3D_COND_BIND_GB_SURFACE_FLAG_* of svga3d_cmd.h. */
const COND_BIND_FLAG = { READBACK: 1, UPDATE: 2 } as const;

/** Rule 7.1: a cube has 6 layers unless an array size is set. */
function layersOf({ arraySize, surfaceFlags }: SurfaceDefinition): number {
  if (arraySize !== 0) {
    return arraySize;
  }
  return (surfaceFlags & SVGA3D_SURFACE.CUBEMAP) === 0 ? 1 : SVGA3D_MAX_SURFACE_FACES;
}

/**
 * The layout of a definition within the device's limits.
 * @throws SvgaDeviceError EINVAL, ENOMEM; SurfaceLayoutError
 */
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

/**
 * A new surface, within the device's limits.
 * @throws SvgaDeviceError EINVAL, EEXIST, ENOMEM; SurfaceLayoutError
 */
export function newSurface({ surfaces, limits }: DeviceObjects, fields: DefinedFields): Surface {
  const definition = surfaceDefinition(fields);
  checkNewId(surfaces, definition.sid, limits.maxSurfaces);
  return new Surface(definition, layOut(definition, limits));
}

/** Writes the entry of a surface to the object table, if it has one. */
export function writeSurfaceEntry(
  objects: DeviceObjects,
  definition: SurfaceDefinition,
  mobid: number,
): void {
  if (definition.guestBacked === 0) {
    return;
  }
  // Field by field: a spread takes as long as the rest of a binding.
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
    surface2Flags: definition.surface2Flags,
    multisamplePattern: definition.multisamplePattern,
    qualityLevel: definition.qualityLevel,
    bufferByteStride: definition.bufferByteStride,
    minLOD: 0,
  });
}

function define(objects: DeviceObjects, fields: DefinedFields): void {
  const surface = newSurface(objects, fields);
  const { definition } = surface;
  objects.budget.chargeEach(1 + surface.layout.mips.length, COST.OBJECT);
  writeSurfaceEntry(objects, definition, SVGA3D_INVALID_ID);
  objects.surfaces.set(definition.sid, surface);
}

function defineV3(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_SURFACE_V3'>): void {
  const surfaceFlags = fields.surfaceFlags % TWO_32;
  const surface2Flags = Math.floor(fields.surfaceFlags / TWO_32);
  define(objects, { ...fields, surfaceFlags, surface2Flags });
}

/**
 * SURFACE_DEFINE: a surface without guest backing, accessed only by SURFACE_DMA and copies. Its faces have equal mip
 * chains, each level half of the one before.
 */
function defineHostSurface(
  objects: DeviceObjects,
  fields: CommandFields<'SURFACE_DEFINE'> & { multisampleCount?: number; autogenFilter?: number },
): void {
  const { sid, surfaceFlags, format, mipSizes, multisampleCount = 0, autogenFilter = 0 } = fields;
  const isCube = (surfaceFlags & SVGA3D_SURFACE.CUBEMAP) !== 0;
  const faces = isCube ? SVGA3D_MAX_SURFACE_FACES : 1;
  const [numMipLevels] = fields.numMipLevels;
  const [first] = mipSizes;
  if (
    first === undefined ||
    mipSizes.length !== numMipLevels * faces ||
    fields.numMipLevels.some((levels, face) => levels !== (face < faces ? numMipLevels : 0))
  ) {
    throw new SvgaDeviceError('EINVAL', 'faces differ in their mips', { sid, sizes: mipSizes.length });
  }
  const definition = { ...first, sid, surfaceFlags, format, numMipLevels };
  define(objects, { ...definition, multisampleCount, autogenFilter, guestBacked: 0 });
  const { mips } = objects.surface(sid).layout;
  const isChain = mipSizes.every(({ width, height, depth }, i) => {
    const mip = mips[i % mips.length];
    return mip.width === width && mip.height === height && mip.depth === depth;
  });
  if (!isChain) {
    objects.surfaces.delete(sid);
    throw new SvgaDeviceError('EINVAL', 'mips are not each half of the one before', { sid });
  }
}

function destroy(objects: DeviceObjects, { sid }: { readonly sid: number }): void {
  const surface = objects.surface(sid);
  if (surface.definition.guestBacked !== 0) {
    objects.tables.clear(SVGA_OTABLE.SURFACE, sid);
  }
  objects.store.drop(surface);
  objects.surfaces.delete(sid);
}

type BindFields = CommandFields<'BIND_GB_SURFACE'>;

/**
 * The surface to be bound to an existing MOB, or to none.
 * @throws SvgaDeviceError ENOENT, EINVAL
 */
function surfaceToBind(objects: DeviceObjects, { sid, mobid }: BindFields): Surface {
  const surface = objects.surface(sid);
  if (surface.definition.guestBacked === 0) {
    throw new SvgaDeviceError('EINVAL', 'surface is not guest-backed', { sid });
  }
  if (mobid !== SVGA3D_INVALID_ID) {
    objects.mob(mobid);
  }
  return surface;
}

/** Binds to a MOB, or unbinds. The MOB's size is checked at its use. */
function bind(objects: DeviceObjects, fields: BindFields): void {
  const surface = surfaceToBind(objects, fields);
  const { mobid } = fields;
  objects.store.bind(surface, mobid, () => writeSurfaceEntry(objects, surface.definition, mobid));
}

/** Rows in a MOB are tightly packed: another pitch is refused. */
function bindWithPitch(objects: DeviceObjects, fields: CommandFields<'BIND_GB_SURFACE_WITH_PITCH'>): void {
  const { sid, baseLevelPitch } = fields;
  const pitch = objects.surface(sid).layout.mips[0].rowStride;
  if (baseLevelPitch !== 0 && baseLevelPitch !== pitch) {
    throw new SvgaDeviceError('ENOSYS', 'device has no such pitch', { sid, baseLevelPitch, pitch });
  }
  bind(objects, fields);
}

/**
 * Rebinds a surface from one MOB to another. If its MOB changes, the transfers that the flags request are done first,
 * with the old MOB (rule 9.4).
 */
function conditionalBind(objects: DeviceObjects, fields: CommandFields<'COND_BIND_GB_SURFACE'>): void {
  const { sid, testMobid, mobid, flags } = fields;
  if (objects.surface(sid).mobId !== testMobid || mobid === testMobid) {
    return;
  }
  const surface = surfaceToBind(objects, fields);
  if (testMobid !== SVGA3D_INVALID_ID) {
    if ((flags & COND_BIND_FLAG.READBACK) !== 0) {
      objects.store.readBackAll(surface);
    }
    if ((flags & COND_BIND_FLAG.UPDATE) !== 0) {
      objects.store.updateAll(surface);
    }
  }
  bind(objects, fields);
}

/** Definition and binding of surfaces. */
export const surfaceCommands: CommandFamily = {
  DEFINE_GB_SURFACE: define,
  DEFINE_GB_SURFACE_V2: define,
  DEFINE_GB_SURFACE_V3: defineV3,
  DEFINE_GB_SURFACE_V4: defineV3,
  DESTROY_GB_SURFACE: destroy,
  BIND_GB_SURFACE: bind,
  BIND_GB_SURFACE_WITH_PITCH: bindWithPitch,
  COND_BIND_GB_SURFACE: conditionalBind,
  SURFACE_DEFINE: defineHostSurface,
  SURFACE_DEFINE_V2: defineHostSurface,
  SURFACE_DESTROY: destroy,
};
