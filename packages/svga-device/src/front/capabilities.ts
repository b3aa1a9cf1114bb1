import { formatByName } from '@cg/surface-layout';
import type { SurfaceFormat } from '@cg/surface-layout';
import type { DeviceLimits } from '../limits.js';
import type { RendererCaps } from '../renderer/renderer-caps.js';
import {
  SVGA3D_DEVCAP,
  SVGA3D_DX_MAX_RENDER_TARGETS,
  SVGA_CAP,
  SVGA_CAP2,
  SVGA_FIFO_CAP,
} from '@cg/svga-protocol';
import type { DeviceCapabilityName } from '@cg/svga-protocol';

/** SVGA3D_DXFMT_* of svga3d_devcaps.h: a DX device's support of a format. */
const SVGA3D_DXFMT = {
  SUPPORTED: 0x1,
  SHADER_SAMPLE: 0x2,
  COLOR_RENDERTARGET: 0x4,
  DEPTH_RENDERTARGET: 0x8,
  BLENDABLE: 0x10,
  MIPS: 0x20,
  ARRAY: 0x40,
  VOLUME: 0x80,
  VERTEX_BUFFER: 0x100,
  MULTISAMPLE: 0x200,
} as const;

/** A device without a renderer stores and moves formats; it samples and renders none. */
const STORED = SVGA3D_DXFMT.SUPPORTED | SVGA3D_DXFMT.MIPS | SVGA3D_DXFMT.ARRAY | SVGA3D_DXFMT.VOLUME;

type CapabilityValue = (limits: DeviceLimits) => number;

function least(limit: number, rendering: number | undefined): number {
  return rendering === undefined ? limit : Math.min(limit, rendering);
}

const withDx = (value: number): CapabilityValue => {
  return ({ dx }) => (dx ? value : 0);
};

const withSm41: CapabilityValue = ({ sm41 }) => (sm41 ? 1 : 0);

const withRendering = (value: number): CapabilityValue => {
  return ({ rendering }) => (rendering === undefined ? 0 : value);
};

/** Capabilities that are no integers have the bits of a float. */
function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}

/** 1 of lines and points: guests that want wider ones draw them as triangles. */
const ONE = withRendering(floatBits(1));

/** Capabilities other than 0, except formats. */
const values: Partial<Readonly<Record<DeviceCapabilityName, CapabilityValue>>> = {
  '3D': () => 1,
  MAX_RENDER_TARGETS: withRendering(SVGA3D_DX_MAX_RENDER_TARGETS),
  MAX_TEXTURE_WIDTH: ({ maxTextureSize, rendering }) => least(maxTextureSize, rendering?.maxTextureSize),
  MAX_TEXTURE_HEIGHT: ({ maxTextureSize, rendering }) => least(maxTextureSize, rendering?.maxTextureSize),
  MAX_VOLUME_EXTENT: ({ maxTextureSize, rendering }) => least(maxTextureSize, rendering?.maxVolumeSize),
  MAX_TEXTURE_ANISOTROPY: withRendering(16),
  MAX_POINT_SIZE: ONE,
  MAX_LINE_WIDTH: ONE,
  MAX_AA_LINE_WIDTH: ONE,
  MAX_CONTEXT_IDS: ({ maxContexts }) => maxContexts,
  MAX_SURFACE_IDS: ({ maxSurfaces }) => maxSurfaces,
  AUTOGENMIPMAPS: () => 1,
  DXCONTEXT: withDx(1),
  MAX_TEXTURE_ARRAY_SIZE: ({ maxArraySize, rendering }) => least(maxArraySize, rendering?.maxLayers),
  // SVGA3D_DX_MAX_VERTEXBUFFERS and SVGA3D_DX_MAX_CONSTBUFFERS of svga3d_limits.h.
  DX_MAX_VERTEXBUFFERS: withDx(32),
  DX_MAX_CONSTANT_BUFFERS: withDx(14),
  SM41: withSm41,
  SM5: ({ sm5 }) => (sm5 ? 1 : 0),
  // Mesa and Direct3D drivers let the first vertex provoke, and approximate logic operations, while
  // DX_PROVOKING_VERTEX and LOGIC_BLENDOPS are 0.
  MULTISAMPLE_2X: ({ sm41, rendering }) => (sm41 && rendering === undefined ? 1 : 0),
  MULTISAMPLE_4X: ({ sm41, rendering }) => (sm41 && rendering?.multisample4 !== false ? 1 : 0),
  MS_FULL_QUALITY: withSm41,
};

const PREFIX = 'DXFMT_';

function formatCapability(name: string): CapabilityValue {
  const format = formatByName(name);
  if (format === undefined || format.bytesPerBlock === 0) {
    return () => 0;
  }
  const isMultisampled = !format.compressed && !format.planar && !format.buffer;
  return ({ dx, sm41, rendering }) => {
    if (!dx) {
      return 0;
    }
    return rendering === undefined
      ? STORED | (sm41 && isMultisampled ? SVGA3D_DXFMT.MULTISAMPLE : 0)
      : renderedFormat(format, rendering, sm41);
  };
}

/** Of what is stored and copied in any case, a renderer cannot sample volumes of depth or of blocks. */
function renderedFormat(format: SurfaceFormat, rendering: RendererCaps, sm41: boolean): number {
  const caps = rendering.format(format);
  const bits = [
    [caps.sample, SVGA3D_DXFMT.SHADER_SAMPLE],
    [caps.color, SVGA3D_DXFMT.COLOR_RENDERTARGET],
    [caps.color && caps.blend, SVGA3D_DXFMT.BLENDABLE],
    [caps.depth, SVGA3D_DXFMT.DEPTH_RENDERTARGET],
    [caps.vertex, SVGA3D_DXFMT.VERTEX_BUFFER],
    [sm41 && rendering.multisample4 && caps.multisample, SVGA3D_DXFMT.MULTISAMPLE],
    [caps.depth || format.compressed, -SVGA3D_DXFMT.VOLUME],
  ] as const;
  return bits.reduce((sum, [has, bit]) => sum + (has ? bit : 0), STORED);
}

const capabilities = (Object.keys(SVGA3D_DEVCAP) as DeviceCapabilityName[]).map(
  (name) =>
    (name.startsWith(PREFIX) ? formatCapability(name.slice(PREFIX.length)) : values[name]) ?? (() => 0),
);

/** Values of SVGA_REG_DEV_CAP by index: 0 for unsupported capabilities. */
export function deviceCapabilities(limits: DeviceLimits): Uint32Array {
  const offered = new Uint32Array(capabilities.length);
  for (let index = 0; index < offered.length; index++) {
    offered[index] = capabilities[index](limits);
  }
  return offered;
}

/** SVGA_REG_CAPABILITIES: every offered capability is implemented. */
export function capabilityBits({ dx, rendering, withoutCapabilities }: DeviceLimits): number {
  const offered =
    SVGA_CAP.RECT_COPY |
    SVGA_CAP.CURSOR |
    SVGA_CAP.CURSOR_BYPASS |
    SVGA_CAP.CURSOR_BYPASS_2 |
    SVGA_CAP['8BIT_EMULATION'] |
    SVGA_CAP.ALPHA_CURSOR |
    SVGA_CAP.EXTENDED_FIFO |
    SVGA_CAP.PITCHLOCK |
    SVGA_CAP.IRQMASK |
    SVGA_CAP.DISPLAY_TOPOLOGY |
    SVGA_CAP.GMR |
    SVGA_CAP.GMR2 |
    SVGA_CAP.COMMAND_BUFFERS |
    SVGA_CAP.CMD_BUFFERS_2 |
    SVGA_CAP.GBOBJECTS |
    SVGA_CAP.HP_CMD_QUEUE |
    SVGA_CAP.NO_BB_RESTRICTION |
    SVGA_CAP.CAP2_REGISTER |
    (dx ? SVGA_CAP.DX : 0) |
    (rendering === undefined ? 0 : SVGA_CAP['3D']);
  return (offered & ~withoutCapabilities) >>> 0;
}

/** SVGA_REG_CAP2. */
export function capabilityBits2(limits: DeviceLimits): number {
  const offered =
    SVGA_CAP2.GROW_OTABLE |
    SVGA_CAP2.INTRA_SURFACE_COPY |
    SVGA_CAP2.GB_MEMSIZE_2 |
    SVGA_CAP2.OTABLE_PTDEPTH_2 |
    SVGA_CAP2.CURSOR_MOB |
    SVGA_CAP2.EXTRA_REGS |
    (limits.dx ? SVGA_CAP2.COTABLE_COPY : 0) |
    (limits.sm41 ? SVGA_CAP2.DX2 : 0) |
    (limits.sm5 ? SVGA_CAP2.DX3 : 0);
  const hasRegister = (capabilityBits(limits) & SVGA_CAP.CAP2_REGISTER) !== 0;
  return hasRegister ? (offered & ~limits.withoutCapabilities2) >>> 0 : 0;
}

/** SVGA_FIFO_CAPABILITIES, and SVGA_REG_FIFO_CAPS. */
export function fifoCapabilityBits(limits: DeviceLimits): number {
  const gmr2 = (capabilityBits(limits) & SVGA_CAP.GMR2) === 0 ? 0 : SVGA_FIFO_CAP.GMR2;
  return SVGA_FIFO_CAP.FENCE | SVGA_FIFO_CAP.CURSOR_BYPASS_3 | SVGA_FIFO_CAP.RESERVE | gmr2;
}
