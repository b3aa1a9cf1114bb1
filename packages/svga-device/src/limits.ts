import { SvgaDeviceError } from './errors.js';

const MIB = 1024 * 1024;

/** What a host may set. Each limit keeps a guest from making the device allocate or work without bound. */
export interface SvgaDeviceOptions {
  /** Offer DX: SVGA_CAP_DX, devcap DXCONTEXT, and the DX_* commands. Default false. */
  readonly dx?: boolean;
  /** Texels in each direction of a surface that is no buffer. Default 8,192. */
  readonly maxTextureSize?: number;
  /** Layers of an array. Default 2,048. */
  readonly maxArraySize?: number;
  /** Bytes of one surface. Default 512 MiB. */
  readonly maxSurfaceBytes?: number;
  /** Bytes of the images of all surfaces together. Default 512 MiB. */
  readonly maxImageBytes?: number;
  /** Bytes of one MOB. Default 512 MiB. */
  readonly maxMobBytes?: number;
  /** Surface ids, however large the object table is. Default 32,768, as many as vmwgfx uses. */
  readonly maxSurfaces?: number;
  /** MOB ids, however large the object table is. Default 32,768. */
  readonly maxMobs?: number;
  /**
   * Bytes the commands of one buffer may move or allocate together, a row counting as at least 64. Default 4
   * GiB.
   */
  readonly maxWorkBytes?: number;
  /** FIFO memory (BAR2). Default 256 KiB. */
  readonly fifoBytes?: number;
  /** What SVGA_REG_VRAM_SIZE says of BAR1, which is the host's own. Default 16 MiB. */
  readonly vramBytes?: number;
}

/** The options, all of them. */
export type DeviceLimits = Required<SvgaDeviceOptions>;

const defaults: DeviceLimits = {
  dx: false,
  maxTextureSize: 8192,
  maxArraySize: 2048,
  maxSurfaceBytes: 512 * MIB,
  maxImageBytes: 512 * MIB,
  maxMobBytes: 512 * MIB,
  maxSurfaces: 32_768,
  maxMobs: 32_768,
  maxWorkBytes: 4096 * MIB,
  fifoBytes: MIB / 4,
  vramBytes: 16 * MIB,
};

/** SVGA_FIFO_MAX of svga_reg.h: from MIN to MAX at least 10 KiB, after the registers. */
const MIN_FIFO_BYTES = 16 * 1024;

/**
 * Fills in the defaults.
 * @throws SvgaDeviceError EINVAL for a limit that is not a positive whole number, or FIFO memory that is not
 * a multiple of 4 or below 16 KiB.
 */
export function resolveLimits(options: SvgaDeviceOptions): DeviceLimits {
  const limits = { ...defaults, ...options };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value > 0)) {
      throw new SvgaDeviceError('EINVAL', 'not a limit', { [name]: value });
    }
  }
  if (limits.fifoBytes < MIN_FIFO_BYTES || limits.fifoBytes % 4 !== 0) {
    throw new SvgaDeviceError('EINVAL', 'not a size of FIFO memory', { fifoBytes: limits.fifoBytes });
  }
  return limits;
}
