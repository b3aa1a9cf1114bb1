import { formatByName } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_MAX_SURFACE_FACES, SVGA3D_SURFACE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { DescribedSurface, DeviceDescription } from '../../file/descriptions.js';
import type { BufferHandle } from '../../file/drm-file.js';
import type { NewSurface } from '../../file/new-surface.js';
import { describeSurface, type CallHandler, type OpenFile } from '../open-file/open-file.js';
import { structs, drm_vmw_surface_flag, DRM_VMW_MAX_MIP_LEVELS } from '@cg/vmwgfx-ioctl';
import { referenceSurface } from './surface-references.js';

type CreateRequest = ReturnType<typeof structs.gbSurfaceCreateExtReq.read>;

/** Values of the fields that the older create lacks. */
const olderThanExt = {
  version: 0,
  svga3d_flags_upper_32_bits: 0,
  multisample_pattern: 0,
  quality_level: 0,
  buffer_byte_stride: 0,
  must_be_zero: 0,
} as const;

/** SVGA3D_SURFACE_MULTISAMPLE (svga3d_types.h), in the upper 32 bits. */
const MULTISAMPLE = 0x1;

/** Formats that the kernel accepts for a screen (vmw_surface_is_screen_target_format). */
const scanoutFormats: ReadonlySet<number | undefined> = new Set(
  [
    'X8R8G8B8',
    'A8R8G8B8',
    'R5G6B5',
    'X1R5G5B5',
    'A1R5G5B5',
    'P8',
    'R8G8B8A8_UNORM',
    'B8G8R8A8_UNORM',
    'B8G8R8X8_UNORM',
  ].map((name) => formatByName(name)?.id),
);

function refuse(why: string): never {
  throw new VmwgfxError('EINVAL', `surface create: ${why}`);
}

/** The kernel's checks before it looks at sizes. @throws VmwgfxError EINVAL */
function check(request: CreateRequest, device: DeviceDescription): void {
  const { array_size, multisample_count, mip_levels, format, width, height, drm_surface_flags } = request;
  if (array_size > 0 && !device.hasDx) {
    refuse('an array size needs DX contexts');
  }
  if (multisample_count !== 0 && !device.hasSm41) {
    refuse('a sample count needs shader model 4.1');
  }
  if (((request.svga3d_flags_upper_32_bits & MULTISAMPLE) !== 0) !== multisample_count > 0) {
    refuse('a sample count goes with SVGA3D_SURFACE_MULTISAMPLE');
  }
  if (mip_levels > DRM_VMW_MAX_MIP_LEVELS) {
    refuse(`at most ${DRM_VMW_MAX_MIP_LEVELS} mip levels`);
  }
  if ((drm_surface_flags & drm_vmw_surface_flag.scanout) !== 0) {
    if (!scanoutFormats.has(format)) {
      refuse('no format of a screen');
    }
    if (Math.max(width, height) > device.maxTextureSize) {
      refuse(`a screen has at most ${device.maxTextureSize} texels a side`);
    }
  }
}

function newSurface(request: CreateRequest): NewSurface {
  const { svga3d_flags, array_size, buffer_handle, mip_levels, drm_surface_flags } = request;
  const cube = (svga3d_flags & SVGA3D_SURFACE.CUBEMAP) !== 0;
  const { format, width, height, depth } = request;
  return {
    format,
    width,
    height,
    depth,
    cube,
    mipLevels: mip_levels || 1,
    layers: array_size || (cube ? SVGA3D_MAX_SURFACE_FACES : 1),
    samples: request.multisample_count || 1,
    coherent: (drm_surface_flags & drm_vmw_surface_flag.coherent) !== 0,
    traits: {
      flags: svga3d_flags,
      flags2: request.svga3d_flags_upper_32_bits,
      multisamplePattern: request.multisample_pattern,
      qualityLevel: request.quality_level,
      bufferByteStride: request.buffer_byte_stride,
      isArray: array_size > 0,
    },
    ...(buffer_handle !== SVGA3D_INVALID_ID && { backing: { buffer: buffer_handle } }),
  };
}

/** The buffer object of a new surface, where its user gets a handle: the one given, or a new one. */
function backingFor(open: OpenFile, handle: number, request: CreateRequest): BufferHandle | undefined {
  const { buffer_handle, drm_surface_flags } = request;
  if (buffer_handle !== SVGA3D_INVALID_ID) {
    return open.file.buffer(buffer_handle);
  }
  const { create_buffer, coherent } = drm_vmw_surface_flag;
  if ((drm_surface_flags & (create_buffer | coherent)) === 0) {
    return undefined;
  }
  try {
    return open.file.backingOf(handle);
  } catch (error) {
    open.file.closeHandle(handle);
    throw error;
  }
}

function writeCreated(
  argument: DataView,
  at: number,
  handle: number,
  bytes: number,
  buffer: BufferHandle | undefined,
): void {
  structs.gbSurfaceCreateRep.write(argument, at, {
    handle,
    backup_size: bytes,
    buffer_handle: buffer?.handle ?? SVGA3D_INVALID_ID,
    buffer_size: buffer?.bytes ?? 0,
    buffer_map_handle: buffer?.mapOffset ?? 0,
  });
}

function create(open: OpenFile, argument: DataView, request: CreateRequest): void {
  check(request, open.file.device);
  const { handle, bytes } = open.file.createSurface(newSurface(request));
  writeCreated(argument, 0, handle, bytes, backingFor(open, handle, request));
}

/** DRM_VMW_GB_SURFACE_CREATE. */
export const gbSurfaceCreate: CallHandler = (open, argument) => {
  create(open, argument, { ...structs.gbSurfaceCreateReq.read(argument, 0), ...olderThanExt });
};

/** DRM_VMW_GB_SURFACE_CREATE_EXT. */
export const gbSurfaceCreateExt: CallHandler = (open, argument) => {
  create(open, argument, structs.gbSurfaceCreateExtReq.read(argument, 0));
};

/** A surface's create request, as far as the kernel reports it. */
function createRequest(surface: DescribedSurface, buffer_handle: number): CreateRequest {
  const { traits, format, mipLevels, samples, layers, width, height, depth } = surface;
  return {
    svga3d_flags: traits.flags,
    format,
    mip_levels: mipLevels,
    drm_surface_flags: 0,
    multisample_count: samples > 1 ? samples : 0,
    autogen_filter: 0,
    buffer_handle,
    array_size: traits.isArray ? layers : 0,
    width,
    height,
    depth,
    pad64: 0,
    version: 0,
    svga3d_flags_upper_32_bits: traits.flags2,
    multisample_pattern: traits.multisamplePattern,
    quality_level: traits.qualityLevel,
    buffer_byte_stride: traits.bufferByteStride,
    must_be_zero: 0,
  };
}

/** Another reference to a surface and its backing, which it must have: sharing a surface allocates it. */
function reference(
  open: OpenFile,
  argument: DataView,
  structure: typeof structs.gbSurfaceCreateExtReq | typeof structs.gbSurfaceCreateReq,
): void {
  const { sid, handle_type } = structs.surface.read(argument, 0);
  const handle = referenceSurface(open, sid, handle_type);
  try {
    const surface = describeSurface(open, handle);
    if (!surface.isBacked) {
      throw new VmwgfxError('EINVAL', `surface ${sid} has no backing to share`, { handle: sid });
    }
    const buffer = open.file.backingOf(handle);
    structure.write(argument, 0, createRequest(surface, buffer.handle));
    writeCreated(argument, structure.bytes, handle, surface.bytes, buffer);
  } catch (error) {
    open.file.closeHandle(handle);
    throw error;
  }
}

/** DRM_VMW_GB_SURFACE_REF. */
export const gbSurfaceRef: CallHandler = (open, argument) => {
  reference(open, argument, structs.gbSurfaceCreateReq);
};

/** DRM_VMW_GB_SURFACE_REF_EXT. */
export const gbSurfaceRefExt: CallHandler = (open, argument) => {
  reference(open, argument, structs.gbSurfaceCreateExtReq);
};
