import type { SurfaceDescription } from '@cg/surface-layout';
import { SVGA3D_SURFACE } from '@cg/svga-protocol';
import type { CommandSubmitter } from './command-submitter.js';

/** Properties of a surface that the driver passes from its user to the device. */
export interface SurfaceTraits {
  /** SVGA3D_SURFACE bits, the lower 32. */
  readonly flags: number;
  /** The upper 32 of them. */
  readonly flags2: number;
  /** SVGA3dMSPattern. */
  readonly multisamplePattern: number;
  /** SVGA3dMSQualityLevel. */
  readonly qualityLevel: number;
  /** Stride in bytes of a structured buffer's elements. */
  readonly bufferByteStride: number;
  /** It is an array, even with one layer; a surface with several layers is one in any case, unless it is a cube. */
  readonly isArray: boolean;
}

/** The traits of a surface if none are given. */
export const plainTraits: SurfaceTraits = {
  flags: SVGA3D_SURFACE.HINT_TEXTURE,
  flags2: 0,
  multisamplePattern: 0,
  qualityLevel: 0,
  bufferByteStride: 0,
  isArray: false,
};

/** Whether the device keeps state of a stream-output target behind the last subresource (D2). */
export function hasStreamOutput({ flags }: SurfaceTraits): boolean {
  return (flags & SVGA3D_SURFACE.BIND_STREAM_OUTPUT) !== 0;
}

/** A surface with everything its definition on the device needs. */
export interface SurfaceToDefine extends SurfaceDescription {
  /** The layers are the six faces of a cube. */
  readonly cube: boolean;
  readonly traits: SurfaceTraits;
}

/**
 * Sends the definition of a surface, with the oldest command that can express it.
 * @throws as `CommandSubmitter.emit`
 */
export function emitDefinition(
  queue: CommandSubmitter,
  sid: number,
  surface: SurfaceToDefine,
  refused: () => void,
): void {
  const { format, width, height, depth, mipLevels, samples, layers, cube, traits } = surface;
  const { flags2, multisamplePattern, qualityLevel, bufferByteStride } = traits;
  const definition = {
    sid,
    surfaceFlags: (traits.flags | (cube ? SVGA3D_SURFACE.CUBEMAP : 0)) >>> 0,
    format,
    numMipLevels: mipLevels,
    multisampleCount: samples > 1 ? samples : 0,
    autogenFilter: 0,
    width,
    height,
    depth,
  };
  const isArray = traits.isArray || (layers > 1 && !cube);
  const arraySize = isArray ? layers : 0;
  const isNew = bufferByteStride > 0 || flags2 !== 0 || multisamplePattern !== 0 || qualityLevel !== 0;
  if (isNew) {
    const fields = {
      ...definition,
      surfaceFlags: definition.surfaceFlags + flags2 * 2 ** 32,
      multisamplePattern,
      qualityLevel,
      arraySize,
    };
    if (bufferByteStride > 0) {
      queue.emit('DEFINE_GB_SURFACE_V4', { ...fields, bufferByteStride }, refused);
    } else {
      queue.emit('DEFINE_GB_SURFACE_V3', fields, refused);
    }
  } else if (isArray) {
    queue.emit('DEFINE_GB_SURFACE_V2', { ...definition, arraySize }, refused);
  } else {
    queue.emit('DEFINE_GB_SURFACE', definition, refused);
  }
}
