import { SvgaDeviceError } from './errors.js';
import type { RendererCaps } from './renderer/renderer-caps.js';

const MIB = 1024 * 1024;

/** Options of a device. Each limit keeps a guest from making the device allocate or work without bound. */
export interface SvgaDeviceOptions {
  /**
   * Offer DX: SVGA_CAP_DX, devcap DXCONTEXT, and the DX_* commands. Default false; true with a renderer that draws, for
   * which the device then offers 3D.
   */
  readonly dx?: boolean;
  /**
   * Offer shader model 4.1 with DX: SVGA_CAP2_DX2, devcap SM41 and multisampling. Default false; true with DX and a
   * renderer that draws.
   */
  readonly sm41?: boolean;
  /**
   * Offer shader model 5 with 4.1: SVGA_CAP2_DX3 and devcap SM5. Dispatches are counted, as draws are; a renderer that
   * draws has none. Default false.
   */
  readonly sm5?: boolean;
  /** SVGA_CAP bits not to offer, as a device without them; what they enable is refused. */
  readonly withoutCapabilities?: number;
  /** The same for SVGA_CAP2 bits. */
  readonly withoutCapabilities2?: number;
  /**
   * How long a command buffer or the FIFO takes to complete, in the unit of `SvgaDevice.advance`. Default 0:
   * everything is done before the register write that starts it returns.
   */
  readonly completionDelay?: number;
  /** Texels in each direction of a surface that is no buffer. Default 8,192. */
  readonly maxTextureSize?: number;
  /** Layers of an array. Default 2,048. */
  readonly maxArraySize?: number;
  /** Bytes of one surface. Default 342 MiB: 8,192 × 8,192 texels of 4 bytes, and their mips. */
  readonly maxSurfaceBytes?: number;
  /** Bytes of the images of all surfaces, COTables and screens together. Default 512 MiB. */
  readonly maxImageBytes?: number;
  /** Bytes of one MOB. Default 512 MiB. */
  readonly maxMobBytes?: number;
  /** Surface ids, however large the object table is. Default 32,768, as many as vmwgfx uses. */
  readonly maxSurfaces?: number;
  /** MOB ids, however large the object table is. Default 32,768. */
  readonly maxMobs?: number;
  /** Context ids, and as many of DX contexts. Default 256, as many as vmwgfx uses. */
  readonly maxContexts?: number;
  /** Shader ids. Default 20,000, as many as vmwgfx uses. */
  readonly maxShaders?: number;
  /** Entries of one COTable. Default 65,536. */
  readonly maxCoTableEntries?: number;
  /** Screen target ids. Default 10, SVGA_MAX_DISPLAYS. */
  readonly maxScreenTargets?: number;
  /** Pixels of a screen target in each direction. Default 8,192, SVGA_MAX_SCREEN_SIZE. */
  readonly maxScreenSize?: number;
  /** Pixels of a cursor in each direction. Default 256. */
  readonly maxCursorSize?: number;
  /** GMR ids. Default 64. */
  readonly maxGmrs?: number;
  /** Pages of all GMRs together. Default 65,536. */
  readonly maxGmrPages?: number;
  /**
   * Work that the commands of one buffer may do together, in bytes copied: other work counts as the bytes that could
   * be copied in its time (`COST` of work-budget.ts). Default 4 GiB, about a second on a machine that copies 4 GiB in
   * one.
   */
  readonly maxWorkBytes?: number;
  /** FIFO memory (BAR2). Default 256 KiB. */
  readonly fifoBytes?: number;
  /** VRAM (BAR1). Default 16 MiB. */
  readonly vramBytes?: number;
  /** Guest address of VRAM, as FB_START reads. Default 0. */
  readonly vramAddress?: number;
  /** Guest address of FIFO memory, as MEM_START reads. Default 0. */
  readonly fifoAddress?: number;
  /** The initial mode, in pixels. Default 1,280 × 800. */
  readonly displayWidth?: number;
  readonly displayHeight?: number;
}

/** The options with all defaults filled in, and what the renderer can do. */
export interface DeviceLimits extends Required<SvgaDeviceOptions> {
  /** Undefined without a renderer that draws. */
  readonly rendering: RendererCaps | undefined;
}

const defaults: Required<SvgaDeviceOptions> = {
  dx: false,
  sm41: false,
  sm5: false,
  withoutCapabilities: 0,
  withoutCapabilities2: 0,
  completionDelay: 0,
  maxTextureSize: 8192,
  maxArraySize: 2048,
  maxSurfaceBytes: 342 * MIB,
  maxImageBytes: 512 * MIB,
  maxMobBytes: 512 * MIB,
  maxSurfaces: 32_768,
  maxMobs: 32_768,
  maxContexts: 256,
  maxShaders: 20_000,
  maxCoTableEntries: 65_536,
  maxScreenTargets: 10,
  maxScreenSize: 8192,
  maxCursorSize: 256,
  maxGmrs: 64,
  maxGmrPages: 65_536,
  maxWorkBytes: 4096 * MIB,
  fifoBytes: MIB / 4,
  vramBytes: 16 * MIB,
  vramAddress: 0,
  fifoAddress: 0,
  displayWidth: 1280,
  displayHeight: 800,
};

/** Options that may be 0. */
const mayBeZero: ReadonlySet<string> = new Set([
  'withoutCapabilities',
  'withoutCapabilities2',
  'completionDelay',
  'vramAddress',
  'fifoAddress',
]);

/** SVGA_FIFO_MAX of svga_reg.h: from MIN to MAX at least 10 KiB, after the registers. */
const MIN_FIFO_BYTES = 16 * 1024;

/**
 * Fills in the defaults.
 * @throws SvgaDeviceError EINVAL for a limit that is not a positive whole number (0 is allowed for some), FIFO memory
 * that is not a multiple of 4 or below 16 KiB, SM4.1 without DX, or SM5 without SM4.1 or with a renderer that draws.
 * @param rendering what the renderer can do, if it draws: then DX and SM4.1 are offered by default
 */
export function resolveLimits(options: SvgaDeviceOptions, rendering?: RendererCaps): DeviceLimits {
  const dx = options.dx ?? rendering !== undefined;
  const sm41 = options.sm41 ?? (dx && rendering !== undefined);
  const limits = { ...defaults, ...options, dx, sm41, rendering: dx ? rendering : undefined };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number') {
      const least = mayBeZero.has(name) ? 0 : 1;
      const isWhole = name === 'completionDelay' ? Number.isFinite(value) : Number.isSafeInteger(value);
      if (!isWhole || value < least) {
        throw new SvgaDeviceError('EINVAL', 'not a limit', { [name]: value });
      }
    }
  }
  if (limits.fifoBytes < MIN_FIFO_BYTES || limits.fifoBytes % 4 !== 0) {
    throw new SvgaDeviceError('EINVAL', 'not a size of FIFO memory', { fifoBytes: limits.fifoBytes });
  }
  if (limits.sm41 && !limits.dx) {
    throw new SvgaDeviceError('EINVAL', 'shader model 4.1 needs DX');
  }
  if (limits.sm5 && !limits.sm41) {
    throw new SvgaDeviceError('EINVAL', 'shader model 5 needs shader model 4.1');
  }
  if (limits.sm5 && limits.rendering !== undefined) {
    throw new SvgaDeviceError('EINVAL', 'shader model 5 is not rendered');
  }
  return limits;
}
