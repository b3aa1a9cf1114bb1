import { formatById } from '@cg/surface-layout';
import { SVGA_GMR } from '../registers/registers.js';
import { idTypes, SVGA3D_INVALID_ID } from '../structures/header-types.js';
import type { HeaderType } from '../structures/header-types.js';

/** Names of single values. */
type Values = Readonly<Record<number, string>>;

/** Names of bits, from bit 0 on; '' has no name. */
type Bits = readonly string[];

function listed(first: number, ...names: readonly string[]): Values {
  return Object.fromEntries(names.map((name, i) => [first + i, name]));
}

/** SVGA3D_SURFACE_* of svga3d_types.h. */
const surfaceFlags: Bits = [
  'CUBEMAP',
  'HINT_STATIC',
  'HINT_DYNAMIC',
  'HINT_INDEXBUFFER',
  'HINT_VERTEXBUFFER',
  'HINT_TEXTURE',
  'HINT_RENDERTARGET',
  'HINT_DEPTHSTENCIL',
  'HINT_WRITEONLY',
  'MASKABLE_ANTIALIAS',
  'AUTOGENMIPMAPS',
  'DECODE_RENDERTARGET',
  'MOB_PITCH',
  'INACTIVE',
  'HINT_RT_LOCKABLE',
  'VOLUME',
  'SCREENTARGET',
  'ALIGN16',
  '1D',
  'ARRAY',
  'BIND_VERTEX_BUFFER',
  'BIND_INDEX_BUFFER',
  'BIND_CONSTANT_BUFFER',
  'BIND_SHADER_RESOURCE',
  'BIND_RENDER_TARGET',
  'BIND_DEPTH_STENCIL',
  'BIND_STREAM_OUTPUT',
  'STAGING_UPLOAD',
  'STAGING_DOWNLOAD',
  'HINT_INDIRECT_UPDATE',
  'TRANSFER_FROM_BUFFER',
  'RESERVED1',
  'MULTISAMPLE',
  'BIND_UAVIEW',
  'TRANSFER_TO_BUFFER',
  'BIND_LOGICOPS',
  'BIND_RAW_VIEWS',
  'BUFFER_STRUCTURED',
  'DRAWINDIRECT_ARGS',
  'RESOURCE_CLAMP',
  'STAGING_COPY',
];

const comparisons = listed(
  1,
  'NEVER',
  'LESS',
  'EQUAL',
  'LESS_EQUAL',
  'GREATER',
  'NOT_EQUAL',
  'GREATER_EQUAL',
  'ALWAYS',
);
const queryTypes: Values = {
  ...listed(0, 'OCCLUSION', 'TIMESTAMP', 'TIMESTAMPDISJOINT', 'PIPELINESTATS', 'OCCLUSIONPREDICATE'),
  ...listed(5, 'STREAMOUTPUTSTATS', 'STREAMOVERFLOWPREDICATE', 'OCCLUSION64'),
  ...listed(8, 'SOSTATS_STREAM0', 'SOSTATS_STREAM1', 'SOSTATS_STREAM2', 'SOSTATS_STREAM3'),
  ...listed(12, 'SOP_STREAM0', 'SOP_STREAM1', 'SOP_STREAM2', 'SOP_STREAM3'),
};
const primitives: Values = {
  ...listed(1, 'TRIANGLELIST', 'POINTLIST', 'LINELIST', 'LINESTRIP', 'TRIANGLESTRIP', 'TRIANGLEFAN'),
  ...listed(7, 'LINELIST_ADJ', 'LINESTRIP_ADJ', 'TRIANGLELIST_ADJ', 'TRIANGLESTRIP_ADJ'),
  ...listed(11, ...Array.from({ length: 32 }, (_, i) => `${i + 1}_CONTROL_POINT_PATCH`)),
};

/** Names of values without the prefixes they share, from the headers that define the types. */
const valuesByType: Partial<Record<HeaderType, Values>> = {
  GmrId: { [SVGA_GMR.NULL]: 'NULL', [SVGA_GMR.FRAMEBUFFER]: 'FRAMEBUFFER' },
  SVGA3dComparisonFunc: comparisons,
  SVGA3dCullMode: listed(1, 'NONE', 'FRONT', 'BACK'),
  SVGA3dFrameUpdateType: listed(0, 'END', 'PARTIAL', 'UNKNOWN'),
  SVGA3dInputClassification: listed(0, 'PER_VERTEX_DATA', 'PER_INSTANCE_DATA'),
  SVGA3dMSPattern: listed(0, 'NONE', 'STANDARD', 'CENTER'),
  SVGA3dMSQualityLevel: listed(0, 'NONE', 'FULL', 'RESOLVED'),
  SVGA3dPrimitiveType: primitives,
  SVGA3dQueryType: queryTypes,
  SVGA3dQueryTypeUint8: queryTypes,
  SVGA3dRenderTargetType: {
    ...listed(0, 'DEPTH', 'STENCIL'),
    ...listed(2, ...Array.from({ length: 8 }, (_, i) => `COLOR${i}`)),
  },
  SVGA3dResourceType: listed(1, 'BUFFER', 'TEXTURE1D', 'TEXTURE2D', 'TEXTURE3D', 'TEXTURECUBE', 'BUFFEREX'),
  SVGA3dShaderConstType: listed(0, 'FLOAT', 'INT', 'BOOL'),
  SVGA3dShaderType: listed(1, 'VS', 'PS', 'GS', 'HS', 'DS', 'CS'),
  SVGA3dStretchBltMode: listed(0, 'POINT', 'LINEAR'),
  SVGA3dTextureFilter: listed(0, 'NONE', 'NEAREST', 'LINEAR', 'ANISOTROPIC', 'FLATCUBIC', 'GAUSSIANCUBIC'),
  SVGA3dTransferType: listed(1, 'WRITE_HOST_VRAM', 'READ_HOST_VRAM'),
  SVGACBContext: { 0: 'CONTEXT_0', 1: 'CONTEXT_1', 0x3f: 'DEVICE' },
  SVGACBStatus: {
    ...listed(0, 'NONE', 'COMPLETED', 'QUEUE_FULL', 'COMMAND_ERROR', 'CB_HEADER_ERROR', 'PREEMPTED'),
    ...listed(6, 'SUBMISSION_ERROR', 'PARTIAL_COMPLETE'),
  },
  SVGACOTableType: {
    ...listed(0, 'RTVIEW', 'DSVIEW', 'SRVIEW', 'ELEMENTLAYOUT', 'BLENDSTATE', 'DEPTHSTENCIL'),
    ...listed(6, 'RASTERIZERSTATE', 'SAMPLER', 'STREAMOUTPUT', 'DXQUERY', 'DXSHADER', 'UAVIEW'),
  },
  SVGADXHintId: listed(
    0,
    'NONE',
    'PREFETCH_OBJECT',
    'PREEVICT_OBJECT',
    'PREFETCH_COBJECT',
    'PREEVICT_COBJECT',
  ),
  SVGAMobFormat: {
    ...listed(0, 'PTDEPTH_0', 'PTDEPTH_1', 'PTDEPTH_2', 'RANGE', 'PTDEPTH64_0', 'PTDEPTH64_1', 'PTDEPTH64_2'),
    ...listed(7, 'EMPTY'),
    0xffff_ffff: 'INVALID',
  },
  SVGAOTableType: listed(0, 'MOB', 'SURFACE', 'CONTEXT', 'SHADER', 'SCREENTARGET', 'DXCONTEXT'),
};

const bitsByType: Partial<Record<HeaderType, Bits>> = {
  SVGA3dClearFlag: ['COLOR', 'DEPTH', 'STENCIL', 'COLORFILL'],
  SVGA3dDXPresentBltMode: ['LINEAR', 'FORCE_SRC_SRGB', 'FORCE_SRC_XRBIAS'],
  SVGA3dDXQueryFlags: ['PREDICATEHINT'],
  SVGA3dSurface1Flags: surfaceFlags.slice(0, 32),
  SVGA3dSurface2Flags: surfaceFlags.slice(32),
  SVGA3dSurfaceAllFlags: surfaceFlags,
  SVGA3dSurfaceDMAFlags: ['discard', 'unsynchronized'],
  SVGA3dTransferToBufferFlags: ['READBACK'],
  SVGACBFlags: ['NO_IRQ', 'DX_CONTEXT', 'MOB'],
  SVGARemapGMR2Flags: ['VIA_GMR', 'PPN64', 'SINGLE_PPN'],
  SVGAScreenFlags: ['MUST_BE_SET', 'IS_PRIMARY', 'FULLSCREEN_HINT', 'DEACTIVATE', 'BLANKING'],
  SVGAScreenTargetFlags: ['PRIMARY', 'RESERVED'],
};

function bitNames(bits: Bits, value: number): string | undefined {
  const set: string[] = [];
  let rest = value;
  for (let bit = 0; bit < bits.length; bit++) {
    if (bits[bit] !== '' && Math.floor(value / 2 ** bit) % 2 === 1) {
      set.push(bits[bit]);
      rest -= 2 ** bit;
    }
  }
  if (set.length === 0) {
    return undefined;
  }
  return (rest === 0 ? set : [...set, `0x${rest.toString(16)}`]).join('|');
}

/**
 * The headers' name of a value, without the prefix that all values of its type share:
 * SVGA3D_SURFACE_CUBEMAP is CUBEMAP. Flags are joined by `|`.
 * @returns undefined for a value without a name
 */
export function valueName(type: HeaderType, value: number): string | undefined {
  if (type === 'SVGA3dSurfaceFormat') {
    return formatById(value)?.name.replace(/^SVGA3D_/, '');
  }
  if (type in idTypes && type !== 'GmrId') {
    return value === SVGA3D_INVALID_ID ? 'INVALID' : undefined;
  }
  const bits = bitsByType[type];
  return bits === undefined ? valuesByType[type]?.[value] : bitNames(bits, value);
}
