import { formatById } from '@cg/surface-layout';
import {
  LEVEL,
  SVGA3D_DEVCAP,
  SVGA3D_MAX_SAMPLES,
  SVGA_CAP,
  SVGA_CAP2,
  SVGA_REG,
  type Level,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../errors.js';
import type { DeviceCapabilities } from './device-capabilities.js';
import type { SurfaceToDefine } from './surface-definition.js';
import type { SvgaPorts } from './svga-ports.js';

/** The device's limits, from its registers and device capabilities. */
export interface DeviceLimits {
  /** It has DX contexts: uploads name subresources, and there are arrays (rule 7.5, D7). */
  readonly hasDx: boolean;
  /** Shader model 4.1: surfaces are defined with 64 bits of flags and a sample pattern. */
  readonly hasSm41: boolean;
  /** Shader model 5: buffers have a stride. */
  readonly hasSm5: boolean;
  /** The OpenGL 4.3 extensions of shader model 5: more than 8 unordered access views. */
  readonly hasGl43: boolean;
  /** The highest of these, as a `Level` that commands require. */
  readonly level: Level;
  /** Largest side of a surface that is no buffer, in texels. */
  readonly maxTextureSize: number;
  /** Largest side of a surface with depth, in texels. */
  readonly maxVolumeSize: number;
  readonly maxLayers: number;
  readonly maxMobBytes: number;
}

/** Reads the limits of a device whose capabilities are known. */
export function readDeviceLimits(
  ports: SvgaPorts,
  { capabilities, capabilities2 }: DeviceCapabilities,
): DeviceLimits {
  const has = (devcap: number): boolean => ports.readDeviceCapability(devcap) !== 0;
  const hasDx = (capabilities & SVGA_CAP.DX) !== 0 && has(SVGA3D_DEVCAP.DXCONTEXT);
  const hasSm41 = hasDx && (capabilities2 & SVGA_CAP2.DX2) !== 0 && has(SVGA3D_DEVCAP.SM41);
  const hasSm5 = hasSm41 && (capabilities2 & SVGA_CAP2.DX3) !== 0 && has(SVGA3D_DEVCAP.SM5);
  return {
    hasDx,
    hasSm41,
    hasSm5,
    hasGl43: hasSm5 && has(SVGA3D_DEVCAP.GL43),
    level: hasSm5 ? LEVEL.SM5 : hasSm41 ? LEVEL.SM41 : hasDx ? LEVEL.DX : LEVEL.LEGACY,
    maxTextureSize: ports.readDeviceCapability(SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH),
    maxVolumeSize: ports.readDeviceCapability(SVGA3D_DEVCAP.MAX_VOLUME_EXTENT),
    maxLayers: ports.readDeviceCapability(SVGA3D_DEVCAP.MAX_TEXTURE_ARRAY_SIZE),
    maxMobBytes: ports.readRegister(SVGA_REG.MOB_MAX_SIZE),
  };
}

function refuse(why: string): never {
  throw new VmwgfxError('EINVAL', `the device does not take the surface: ${why}`);
}

/**
 * Refuses a surface that the device would refuse, so that its user gets the error at once and not with every
 * submission.
 * @throws VmwgfxError EINVAL
 */
export function checkSurface(surface: SurfaceToDefine, bytes: number, limits: DeviceLimits): void {
  const { format, width, height, depth, layers, samples, cube, traits } = surface;
  const side = depth > 1 ? limits.maxVolumeSize : limits.maxTextureSize;
  if (Math.max(width, height, depth) > side && !formatById(format)?.buffer) {
    refuse(`at most ${side} texels a side`);
  }
  if (cube && layers !== 6) {
    refuse(`a cube has 6 faces, not ${layers}`);
  }
  if (layers > 1 && !cube && !limits.hasDx) {
    // Without DX an update names a face, and there are six of them (rule 7.5, D7).
    refuse('no arrays without DX contexts');
  }
  if (layers > limits.maxLayers) {
    refuse(`at most ${limits.maxLayers} layers`);
  }
  if (samples > SVGA3D_MAX_SAMPLES) {
    refuse(`at most ${SVGA3D_MAX_SAMPLES} samples`);
  }
  if (
    !limits.hasSm41 &&
    (traits.flags2 !== 0 || traits.multisamplePattern !== 0 || traits.qualityLevel !== 0)
  ) {
    refuse('64 bits of flags, sample patterns and quality levels need shader model 4.1');
  }
  if (!limits.hasSm5 && traits.bufferByteStride !== 0) {
    refuse('a buffer stride needs shader model 5');
  }
  if (bytes > limits.maxMobBytes) {
    refuse(`at most ${limits.maxMobBytes} bytes, not ${bytes}`);
  }
}
