/** SVGA3dPrimitiveType of svga3d_types.h. Patches, of 1 to 32 control points, are 11 to 42. */
export const SVGA3D_PRIMITIVE = {
  INVALID: 0,
  TRIANGLELIST: 1,
  POINTLIST: 2,
  LINELIST: 3,
  LINESTRIP: 4,
  TRIANGLESTRIP: 5,
  TRIANGLEFAN: 6,
  LINELIST_ADJ: 7,
  LINESTRIP_ADJ: 8,
  TRIANGLELIST_ADJ: 9,
  TRIANGLESTRIP_ADJ: 10,
} as const;

/** SVGA3dBlendOp of svga3d_types.h: factors. */
export const SVGA3D_BLENDOP = {
  ZERO: 1,
  ONE: 2,
  SRCCOLOR: 3,
  INVSRCCOLOR: 4,
  SRCALPHA: 5,
  INVSRCALPHA: 6,
  DESTALPHA: 7,
  INVDESTALPHA: 8,
  DESTCOLOR: 9,
  INVDESTCOLOR: 10,
  SRCALPHASAT: 11,
  BLENDFACTOR: 12,
  INVBLENDFACTOR: 13,
  SRC1COLOR: 14,
  INVSRC1COLOR: 15,
  SRC1ALPHA: 16,
  INVSRC1ALPHA: 17,
  BLENDFACTORALPHA: 18,
  INVBLENDFACTORALPHA: 19,
} as const;

/** SVGA3dBlendEquation of svga3d_types.h. SUBTRACT is source - target. */
export const SVGA3D_BLENDEQ = { ADD: 1, SUBTRACT: 2, REVSUBTRACT: 3, MINIMUM: 4, MAXIMUM: 5 } as const;

/** SVGA3dComparisonFunc of svga3d_dx.h. */
export const SVGA3D_COMPARISON = {
  NEVER: 1,
  LESS: 2,
  EQUAL: 3,
  LESS_EQUAL: 4,
  GREATER: 5,
  NOT_EQUAL: 6,
  GREATER_EQUAL: 7,
  ALWAYS: 8,
} as const;

/** SVGA3dStencilOp of svga3d_types.h; INCRSAT and DECRSAT saturate, INCR and DECR wrap. */
export const SVGA3D_STENCILOP = {
  KEEP: 1,
  ZERO: 2,
  REPLACE: 3,
  INCRSAT: 4,
  DECRSAT: 5,
  INVERT: 6,
  INCR: 7,
  DECR: 8,
} as const;

/** SVGA3dFillModeType of svga3d_types.h. */
export const SVGA3D_FILLMODE = { POINT: 1, LINE: 2, FILL: 3 } as const;

/** SVGA3dCullMode of svga3d_dx.h. */
export const SVGA3D_CULL = { NONE: 1, FRONT: 2, BACK: 3 } as const;

/** SVGA3dFilter of svga3d_types.h: bits of a sampler's filter. */
export const SVGA3D_FILTER = {
  MIP_LINEAR: 1 << 0,
  MAG_LINEAR: 1 << 2,
  MIN_LINEAR: 1 << 4,
  ANISOTROPIC: 1 << 6,
  COMPARE: 1 << 7,
} as const;

/** SVGA3dTextureAddress of svga3d_types.h. */
export const SVGA3D_TEX_ADDRESS = {
  WRAP: 1,
  MIRROR: 2,
  CLAMP: 3,
  BORDER: 4,
  MIRRORONCE: 5,
  EDGE: 6,
} as const;

/** SVGA3dResourceType of svga3d_types.h: the dimension of a view. */
export const SVGA3D_RESOURCE = {
  BUFFER: 1,
  TEXTURE1D: 2,
  TEXTURE2D: 3,
  TEXTURE3D: 4,
  TEXTURECUBE: 5,
  BUFFEREX: 6,
} as const;

/** SVGA3dQueryType of svga3d_types.h. */
export const SVGA3D_QUERYTYPE = {
  OCCLUSION: 0,
  TIMESTAMP: 1,
  TIMESTAMPDISJOINT: 2,
  PIPELINESTATS: 3,
  OCCLUSIONPREDICATE: 4,
  STREAMOUTPUTSTATS: 5,
  STREAMOVERFLOWPREDICATE: 6,
  OCCLUSION64: 7,
} as const;

/** SVGA3dInputClassification of svga3d_types.h: what an element of an input layout advances by. */
export const SVGA3D_INPUT = { PER_VERTEX_DATA: 0, PER_INSTANCE_DATA: 1 } as const;
