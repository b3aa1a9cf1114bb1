/* Values of vmwgfx_drm.h and drm.h, with their names. */

/** Parameters of GET_PARAM. */
export const DRM_VMW_PARAM = {
  NUM_STREAMS: 0,
  NUM_FREE_STREAMS: 1,
  '3D': 2,
  HW_CAPS: 3,
  FIFO_CAPS: 4,
  MAX_FB_SIZE: 5,
  FIFO_HW_VERSION: 6,
  MAX_SURF_MEMORY: 7,
  '3D_CAPS_SIZE': 8,
  MAX_MOB_MEMORY: 9,
  MAX_MOB_SIZE: 10,
  SCREEN_TARGET: 11,
  DX: 12,
  HW_CAPS2: 13,
  SM4_1: 14,
  SM5: 15,
  GL43: 16,
  DEVICE_ID: 17,
} as const;

export const DRM_VMW_MAX_SURFACE_FACES = 6;
export const DRM_VMW_MAX_MIP_LEVELS = 24;

/** The kind of reference to a surface: a handle, or a file descriptor. */
export const DRM_VMW_HANDLE = { LEGACY: 0, PRIME: 1 } as const;

export const drm_vmw_surface_flag = {
  shareable: 1,
  scanout: 2,
  create_buffer: 4,
  coherent: 8,
} as const;

export const drm_vmw_synccpu = { read: 1, write: 2, dontblock: 4, allow_cs: 8 } as const;
export const drm_vmw_synccpu_op = { grab: 0, release: 1 } as const;

export const DRM_VMW_EXECBUF_VERSION = 2;
export const DRM_VMW_EXECBUF_FLAG = { IMPORT_FENCE_FD: 1, EXPORT_FENCE_FD: 2 } as const;

export const DRM_VMW_FENCE_FLAG = { EXEC: 1, QUERY: 2 } as const;
export const DRM_VMW_WAIT_OPTION_UNREF = 1;
export const DRM_VMW_EVENT_FENCE_SIGNALED = 0x8000_0000;
export const DRM_VMW_FE_FLAG_REQ_TIME = 1;

export const drm_vmw_context = { legacy: 0, dx: 1 } as const;
export const drm_vmw_shader_type = { vs: 0, ps: 1 } as const;

/** The capabilities of DRM_IOCTL_GET_CAP that this device supports. */
export const DRM_CAP = {
  DUMB_BUFFER: 1,
  PRIME: 5,
  TIMESTAMP_MONOTONIC: 6,
  SYNCOBJ: 0x13,
  SYNCOBJ_TIMELINE: 0x14,
} as const;
/** PRIME in both directions. */
export const DRM_PRIME_CAP = { IMPORT: 1, EXPORT: 2 } as const;

/** O_RDWR and O_CLOEXEC of x86. */
export const DRM_RDWR = 0x2;
export const DRM_CLOEXEC = 0x8_0000;
