import { atLevel, command } from '../command-definition.js';
import { LEVEL } from '../levels.js';
import { bytes, dwords } from '../../structures/tail.js';
import { box, image, rect, size } from './structures.js';

const mob64 = { mobid: 'SVGAMobId', ptDepth: 'SVGAMobFormat', base: 'u64', sizeInBytes: 'u32' } as const;
const objectTable64 = {
  type: 'SVGAOTableType',
  baseAddress: 'u64',
  sizeInBytes: 'u32',
  validSizeInBytes: 'u32',
  ptDepth: 'SVGAMobFormat',
} as const;

/** Object tables and MOBs (svga3d_cmd.h). */
export const mobCommands = {
  SET_OTABLE_BASE: command(1091, {
    type: 'SVGAOTableType',
    baseAddress: 'u32',
    sizeInBytes: 'u32',
    validSizeInBytes: 'u32',
    ptDepth: 'SVGAMobFormat',
  }),
  READBACK_OTABLE: command(1092, { type: 'SVGAOTableType' }),
  DEFINE_GB_MOB: command(1093, {
    mobid: 'SVGAMobId',
    ptDepth: 'SVGAMobFormat',
    base: 'u32',
    sizeInBytes: 'u32',
  }),
  DESTROY_GB_MOB: command(1094, { mobid: 'SVGAMobId' }),
  UPDATE_GB_MOB_MAPPING: command(1096, { mobid: 'SVGAMobId' }),
  SET_OTABLE_BASE64: command(1115, objectTable64),
  ENABLE_GART: command(1120, { mobid: 'SVGAMobId', mustBeZero: 'u32', initialized: 'u32' }),
  DISABLE_GART: command(1121, {}),
  MAP_MOB_INTO_GART: command(1122, { mobid: 'SVGAMobId', gartOffset: 'u32' }),
  UNMAP_GART_RANGE: command(1123, { gartOffset: 'u32', numPages: 'u32' }),
  GB_MOB_FENCE: command(1133, { value: 'u32', mobId: 'SVGAMobId', mobOffset: 'u32' }),
  DEFINE_GB_MOB64: command(1135, mob64),
  REDEFINE_GB_MOB64: command(1136, mob64),
  GROW_OTABLE: command(1236, objectTable64),
  NOP: command(1119, {}, { data: bytes() }),
  NOP_ERROR: command(1137, {}, { data: bytes() }),
} as const;

const surface = {
  sid: 'SVGA3dSurfaceId',
  surfaceFlags: 'SVGA3dSurface1Flags',
  format: 'SVGA3dSurfaceFormat',
  numMipLevels: 'u32',
  multisampleCount: 'u32',
  autogenFilter: 'SVGA3dTextureFilter',
  ...size,
} as const;
const surfaceV3 = {
  sid: 'SVGA3dSurfaceId',
  surfaceFlags: 'SVGA3dSurfaceAllFlags',
  format: 'SVGA3dSurfaceFormat',
  numMipLevels: 'u32',
  multisampleCount: 'u32',
  multisamplePattern: 'SVGA3dMSPattern',
  qualityLevel: 'SVGA3dMSQualityLevel',
  autogenFilter: 'SVGA3dTextureFilter',
  ...size,
  arraySize: 'u32',
} as const;

/** Guest-backed surfaces (svga3d_cmd.h). */
export const surfaceCommands = {
  DEFINE_GB_SURFACE: command(1097, surface),
  DESTROY_GB_SURFACE: command(1098, { sid: 'SVGA3dSurfaceId' }),
  BIND_GB_SURFACE: command(1099, { sid: 'SVGA3dSurfaceId', mobid: 'SVGAMobId' }),
  COND_BIND_GB_SURFACE: command(1100, {
    sid: 'SVGA3dSurfaceId',
    testMobid: 'SVGAMobId',
    mobid: 'SVGAMobId',
    flags: 'u32',
  }),
  UPDATE_GB_IMAGE: command(1101, { ...image, ...box }),
  UPDATE_GB_SURFACE: command(1102, { sid: 'SVGA3dSurfaceId' }),
  READBACK_GB_IMAGE: command(1103, image),
  READBACK_GB_SURFACE: command(1104, { sid: 'SVGA3dSurfaceId' }),
  INVALIDATE_GB_IMAGE: command(1105, image),
  INVALIDATE_GB_SURFACE: command(1106, { sid: 'SVGA3dSurfaceId' }),
  READBACK_GB_IMAGE_PARTIAL: command(1128, { ...image, ...box, invertBox: 'u32' }),
  INVALIDATE_GB_IMAGE_PARTIAL: command(1129, { ...image, ...box, invertBox: 'u32' }),
  BIND_GB_SURFACE_WITH_PITCH: command(1132, {
    sid: 'SVGA3dSurfaceId',
    mobid: 'SVGAMobId',
    baseLevelPitch: 'u32',
  }),
  DEFINE_GB_SURFACE_V2: atLevel(
    LEVEL.DX,
    command(1134, { ...surface, arraySize: 'u32', pad: { padding: 4 } }),
  ),
  DEFINE_GB_SURFACE_V3: atLevel(LEVEL.SM41, command(1239, surfaceV3)),
  WRITE_ZERO_SURFACE: atLevel(LEVEL.SM41, command(1255, { sid: 'SVGA3dSurfaceId' })),
  UPDATE_ZERO_SURFACE: atLevel(LEVEL.SM41, command(1256, { sid: 'SVGA3dSurfaceId' })),
  DEFINE_GB_SURFACE_V4: atLevel(LEVEL.SM5, command(1267, { ...surfaceV3, bufferByteStride: 'u32' })),
} as const;

const gbQuery = { cid: 'ContextId', type: 'SVGA3dQueryType', mobid: 'SVGAMobId', offset: 'u32' } as const;

/** Guest-backed contexts, shaders and queries (svga3d_cmd.h). */
export const contextCommands = {
  DEFINE_GB_CONTEXT: command(1107, { cid: 'ContextId' }),
  DESTROY_GB_CONTEXT: command(1108, { cid: 'ContextId' }),
  BIND_GB_CONTEXT: command(1109, { cid: 'ContextId', mobid: 'SVGAMobId', validContents: 'u32' }),
  READBACK_GB_CONTEXT: command(1110, { cid: 'ContextId' }),
  INVALIDATE_GB_CONTEXT: command(1111, { cid: 'ContextId' }),
  DEFINE_GB_SHADER: command(1112, { shid: 'ShaderId', type: 'SVGA3dShaderType', sizeInBytes: 'u32' }),
  DESTROY_GB_SHADER: command(1113, { shid: 'ShaderId' }),
  BIND_GB_SHADER: command(1114, { shid: 'ShaderId', mobid: 'SVGAMobId', offsetInBytes: 'u32' }),
  BEGIN_GB_QUERY: command(1116, { cid: 'ContextId', type: 'SVGA3dQueryType' }),
  END_GB_QUERY: command(1117, gbQuery),
  WAIT_FOR_GB_QUERY: command(1118, gbQuery),
  SET_GB_SHADERCONSTS_INLINE: command(
    1130,
    {
      cid: 'ContextId',
      regStart: 'u32',
      shaderType: 'SVGA3dShaderType',
      constType: 'SVGA3dShaderConstType',
    },
    { values: dwords() },
  ),
} as const;

/** Screen targets (svga3d_cmd.h). */
export const screenTargetCommands = {
  DEFINE_GB_SCREENTARGET: command(1124, {
    stid: 'ScreenTargetId',
    width: 'u32',
    height: 'u32',
    xRoot: 'i32',
    yRoot: 'i32',
    flags: 'SVGAScreenTargetFlags',
    dpi: 'u32',
  }),
  DESTROY_GB_SCREENTARGET: command(1125, { stid: 'ScreenTargetId' }),
  BIND_GB_SCREENTARGET: command(1126, { stid: 'ScreenTargetId', ...image }),
  UPDATE_GB_SCREENTARGET: command(1127, { stid: 'ScreenTargetId', ...rect }),
  GB_SCREEN_DMA: command(1131, {
    screenId: 'ScreenId',
    dead: 'u32',
    destMobID: 'SVGAMobId',
    destPitch: 'u32',
    changeMapMobID: 'SVGAMobId',
  }),
  SCREEN_COPY: command(1227, {
    stid: 'ScreenTargetId',
    ...image,
    statusMobId: 'SVGAMobId',
    statusMobOffset: 'u32',
    mustBeInvalidId: 'u32',
    mustBeZero: 'u32',
  }),
  UPDATE_GB_SCREENTARGET_V2: command(1266, {
    stid: 'ScreenTargetId',
    ...rect,
    type: 'SVGA3dFrameUpdateType',
  }),
  UPDATE_GB_SCREENTARGET_MOVE: command(1278, {
    stid: 'ScreenTargetId',
    ...rect,
    type: 'SVGA3dFrameUpdateType',
    srcPointX: 'u32',
    srcPointY: 'u32',
  }),
} as const;
