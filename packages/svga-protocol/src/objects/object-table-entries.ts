import { image } from '../commands/families/structures.js';
import { Struct } from '../structures/struct.js';

/** SVGAOTableType of svga3d_types.h: the object tables. */
export const SVGA_OTABLE = {
  MOB: 0,
  SURFACE: 1,
  CONTEXT: 2,
  SHADER: 3,
  SCREENTARGET: 4,
  DXCONTEXT: 5,
} as const;

/** SVGAOTableMobEntry of svga3d_cmd.h. */
export const mobEntry = new Struct({ ptDepth: 'SVGAMobFormat', sizeInBytes: 'u32', base: 'u64' });

/** SVGAOTableSurfaceEntry of svga3d_cmd.h. */
export const surfaceEntry = new Struct({
  format: 'SVGA3dSurfaceFormat',
  surface1Flags: 'SVGA3dSurface1Flags',
  numMipLevels: 'u32',
  multisampleCount: 'u32',
  autogenFilter: 'SVGA3dTextureFilter',
  width: 'u32',
  height: 'u32',
  depth: 'u32',
  mobid: 'SVGAMobId',
  arraySize: 'u32',
  mobPitch: 'u32',
  surface2Flags: 'SVGA3dSurface2Flags',
  multisamplePattern: 'u8',
  qualityLevel: 'u8',
  bufferByteStride: 'u16',
  minLOD: 'f32',
  pad0: { padding: 8 },
});

/** SVGAOTableContextEntry of svga3d_cmd.h. */
export const contextEntry = new Struct({ cid: 'ContextId', mobid: 'SVGAMobId' });

/** SVGAOTableShaderEntry of svga3d_cmd.h. */
export const shaderEntry = new Struct({
  type: 'SVGA3dShaderType',
  sizeInBytes: 'u32',
  offsetInBytes: 'u32',
  mobid: 'SVGAMobId',
});

/** SVGAOTableScreenTargetEntry of svga3d_cmd.h. */
export const screenTargetEntry = new Struct({
  ...image,
  width: 'u32',
  height: 'u32',
  xRoot: 'i32',
  yRoot: 'i32',
  flags: 'SVGAScreenTargetFlags',
  dpi: 'u32',
  pad: { padding: 28 },
});

/** SVGAOTableDXContextEntry of svga3d_dx.h. */
export const dxContextEntry = new Struct({ cid: 'DXContextId', mobid: 'SVGAMobId' });

/** Bytes of one entry by table type. All divide a page, so no entry crosses one. */
export const objectTableEntryBytes: readonly number[] = [
  mobEntry.bytes,
  surfaceEntry.bytes,
  contextEntry.bytes,
  shaderEntry.bytes,
  screenTargetEntry.bytes,
  dxContextEntry.bytes,
];
