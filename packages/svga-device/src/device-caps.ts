import type { DeviceLimits } from './limits.js';
import { SVGA_CAP } from './registers.js';

/** SVGA3D_DEVCAP_* indices that are not zero here, from svga3d_devcaps.h. */
export const SVGA3D_DEVCAP = {
  '3D': 0,
  MAX_TEXTURE_WIDTH: 19,
  MAX_TEXTURE_HEIGHT: 20,
  MAX_VOLUME_EXTENT: 21,
  MAX_SURFACE_IDS: 78,
  DXCONTEXT: 95,
  MAX_TEXTURE_ARRAY_SIZE: 96,
} as const;

/** The value of a device capability, as SVGA_REG_DEV_CAP reads: 0 for what the device does not have. */
export function deviceCapability(index: number, limits: DeviceLimits): number {
  switch (index) {
    case SVGA3D_DEVCAP['3D']:
      return 1;
    case SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH:
    case SVGA3D_DEVCAP.MAX_TEXTURE_HEIGHT:
    case SVGA3D_DEVCAP.MAX_VOLUME_EXTENT:
      return limits.maxTextureSize;
    case SVGA3D_DEVCAP.MAX_SURFACE_IDS:
      return limits.maxSurfaces;
    case SVGA3D_DEVCAP.DXCONTEXT:
      return limits.dx ? 1 : 0;
    case SVGA3D_DEVCAP.MAX_TEXTURE_ARRAY_SIZE:
      return limits.maxArraySize;
    default:
      return 0;
  }
}

/** SVGA_REG_CAPABILITIES: what is offered is implemented. */
export function deviceCapabilities(limits: DeviceLimits): number {
  const { GBOBJECTS, COMMAND_BUFFERS, IRQMASK, EXTENDED_FIFO, DX } = SVGA_CAP;
  return (GBOBJECTS | COMMAND_BUFFERS | IRQMASK | EXTENDED_FIFO | (limits.dx ? DX : 0)) >>> 0;
}
