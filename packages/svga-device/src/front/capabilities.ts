import { formatByName } from '@cg/surface-layout';
import type { DeviceLimits } from '../limits.js';
import { SVGA3D_DEVCAP, SVGA_CAP, SVGA_CAP2, SVGA_FIFO_CAP } from '@cg/svga-protocol';
import type { DeviceCapabilityName } from '@cg/svga-protocol';

/** SVGA3D_DXFMT_* of svga3d_devcaps.h: a DX device's support of a format. */
const SVGA3D_DXFMT = { SUPPORTED: 0x1, MIPS: 0x20, ARRAY: 0x40, VOLUME: 0x80, MULTISAMPLE: 0x200 } as const;

/** This device stores and moves formats; it samples and renders none. */
const STORED = SVGA3D_DXFMT.SUPPORTED | SVGA3D_DXFMT.MIPS | SVGA3D_DXFMT.ARRAY | SVGA3D_DXFMT.VOLUME;

type CapabilityValue = (limits: DeviceLimits) => number;

const withDx = (value: number): CapabilityValue => {
  return ({ dx }) => (dx ? value : 0);
};

const withSm41: CapabilityValue = ({ sm41 }) => (sm41 ? 1 : 0);

/** Capabilities other than 0, except formats. */
const values: Partial<Readonly<Record<DeviceCapabilityName, CapabilityValue>>> = {
  '3D': () => 1,
  MAX_TEXTURE_WIDTH: ({ maxTextureSize }) => maxTextureSize,
  MAX_TEXTURE_HEIGHT: ({ maxTextureSize }) => maxTextureSize,
  MAX_VOLUME_EXTENT: ({ maxTextureSize }) => maxTextureSize,
  MAX_CONTEXT_IDS: ({ maxContexts }) => maxContexts,
  MAX_SURFACE_IDS: ({ maxSurfaces }) => maxSurfaces,
  AUTOGENMIPMAPS: () => 1,
  DXCONTEXT: withDx(1),
  MAX_TEXTURE_ARRAY_SIZE: ({ maxArraySize }) => maxArraySize,
  // SVGA3D_DX_MAX_VERTEXBUFFERS and SVGA3D_DX_MAX_CONSTBUFFERS of svga3d_limits.h.
  DX_MAX_VERTEXBUFFERS: withDx(32),
  DX_MAX_CONSTANT_BUFFERS: withDx(14),
  SM41: withSm41,
  SM5: ({ sm5 }) => (sm5 ? 1 : 0),
  MULTISAMPLE_2X: withSm41,
  MULTISAMPLE_4X: withSm41,
  MS_FULL_QUALITY: withSm41,
};

const PREFIX = 'DXFMT_';

function formatCapability(name: string): CapabilityValue {
  const format = formatByName(name);
  if (format === undefined || format.bytesPerBlock === 0) {
    return () => 0;
  }
  const isMultisampled = !format.compressed && !format.planar && !format.buffer;
  return ({ dx, sm41 }) => (dx ? STORED | (sm41 && isMultisampled ? SVGA3D_DXFMT.MULTISAMPLE : 0) : 0);
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
export function capabilityBits({ dx, withoutCapabilities }: DeviceLimits): number {
  const offered =
    SVGA_CAP.CURSOR |
    SVGA_CAP.CURSOR_BYPASS |
    SVGA_CAP.CURSOR_BYPASS_2 |
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
    (dx ? SVGA_CAP.DX : 0);
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
