/** SVGA3D_MAX_SAMPLES of svga3d_limits.h. */
export const SVGA3D_MAX_SAMPLES = 8;

/** SVGA3D_MAX_SURFACE_FACES of svga3d_types.h: the limit of a `face` field (D7). */
export const SVGA3D_MAX_SURFACE_FACES = 6;

/** SVGA3D_SURFACE_* flags of svga3d_types.h, as far as drivers of this device use them. */
export const SVGA3D_SURFACE = {
  CUBEMAP: 0x0000_0001,
  HINT_TEXTURE: 0x0000_0020,
  HINT_RENDERTARGET: 0x0000_0040,
  SCREENTARGET: 0x0001_0000,
  ARRAY: 0x0008_0000,
  BIND_STREAM_OUTPUT: 0x0400_0000,
} as const;

/**
 * SVGAMobFormat of svga3d_types.h: the page-table format of a MOB or object table. PTDEPTH_n: through n
 * levels of pages of page numbers, of 4 bytes each; PTDEPTH64_n: of 8 bytes. RANGE: contiguous from the base
 * on.
 */
export const SVGA3D_MOBFMT = {
  INVALID: 0xffff_ffff,
  PTDEPTH_0: 0,
  PTDEPTH_1: 1,
  PTDEPTH_2: 2,
  RANGE: 3,
  PTDEPTH64_0: 4,
  PTDEPTH64_1: 5,
  PTDEPTH64_2: 6,
} as const;
