import { Struct } from './struct.js';

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
export const mobEntry = new Struct({ ptDepth: 'u32', sizeInBytes: 'u32', base: 'u64' });

/** SVGAOTableSurfaceEntry of svga3d_cmd.h. */
export const surfaceEntry = new Struct({
  format: 'u32',
  surface1Flags: 'u32',
  numMipLevels: 'u32',
  multisampleCount: 'u32',
  autogenFilter: 'u32',
  width: 'u32',
  height: 'u32',
  depth: 'u32',
  mobid: 'u32',
  arraySize: 'u32',
  mobPitch: 'u32',
  surface2Flags: 'u32',
  multisamplePattern: 'u8',
  qualityLevel: 'u8',
  pad0: 'pad16',
  pad10: 'pad32',
  pad11: 'pad32',
  pad12: 'pad32',
});

/**
 * Bytes of one entry by table type: SVGA3D_OTABLE_*_ENTRY_SIZE of svga3d_cmd.h, and SVGAOTableDXContextEntry
 * of svga3d_dx.h. All divide a page, so no entry crosses one.
 */
export const objectTableEntryBytes: readonly number[] = [mobEntry.bytes, surfaceEntry.bytes, 8, 16, 64, 8];
