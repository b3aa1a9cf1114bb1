import {
  blendState,
  depthStencilState,
  inputElementDesc,
  rasterizerState,
  samplerState,
  streamOutput,
} from '../commands/families/dx-states.js';
import {
  depthStencilView,
  renderTargetViewDesc,
  shaderResourceViewDesc,
  uaViewDesc,
  viewed,
} from '../commands/families/dx-views.js';
import { arrayOf, padding, Struct } from '../structures/struct.js';
import type { FieldTypes } from '../structures/struct.js';

/** SVGACOTableType of svga3d_types.h: the tables of one DX context. */
export const SVGA_COTABLE = {
  RTVIEW: 0,
  DSVIEW: 1,
  SRVIEW: 2,
  ELEMENTLAYOUT: 3,
  BLENDSTATE: 4,
  DEPTHSTENCIL: 5,
  RASTERIZERSTATE: 6,
  SAMPLER: 7,
  STREAMOUTPUT: 8,
  DXQUERY: 9,
  DXSHADER: 10,
  UAVIEW: 11,
} as const;

/** SVGACOTableDXRTViewEntry of svga3d_dx.h. */
export const renderTargetViewEntry = new Struct({ ...viewed, ...renderTargetViewDesc, pad: padding(8) });

/** SVGACOTableDXDSViewEntry of svga3d_dx.h. */
export const depthStencilViewEntry = new Struct({ ...depthStencilView, pad2: padding(4) });

/** SVGACOTableDXSRViewEntry of svga3d_dx.h. */
export const shaderResourceViewEntry = new Struct({ ...viewed, ...shaderResourceViewDesc, pad: padding(4) });

/** SVGACOTableDXElementLayoutEntry of svga3d_dx.h. */
export const elementLayoutEntry = new Struct({
  elid: 'SVGA3dElementLayoutId',
  numDescs: 'u32',
  descs: arrayOf(inputElementDesc, 32),
  pad: padding(248),
});

/** SVGACOTableDXBlendStateEntry of svga3d_dx.h. */
export const blendStateEntry = new Struct({ ...blendState, pad1: padding(28) });

/** SVGACOTableDXDepthStencilEntry of svga3d_dx.h. */
export const depthStencilStateEntry = new Struct(depthStencilState);

/** SVGACOTableDXRasterizerStateEntry of svga3d_dx.h. */
export const rasterizerStateEntry = new Struct({
  ...rasterizerState,
  forcedSampleCount: 'u8',
  mustBeZero: padding(3),
});

/** SVGACOTableDXSamplerEntry of svga3d_dx.h. */
export const samplerEntry = new Struct({ ...samplerState, pad2: padding(24) });

/** SVGACOTableDXStreamOutputEntry of svga3d_dx.h. */
export const streamOutputEntry = new Struct({
  ...streamOutput,
  numOutputStreamStrides: 'u32',
  mobid: 'SVGAMobId',
  offsetInBytes: 'u32',
  usesMob: 'u8',
  pad0: padding(3),
  pad2: padding(984),
});

/** SVGACOTableDXQueryEntry of svga3d_dx.h. */
export const queryEntry = new Struct({
  type: 'SVGA3dQueryTypeUint8',
  pad0: padding(2),
  state: 'u8',
  flags: 'SVGA3dDXQueryFlags',
  mobid: 'SVGAMobId',
  offset: 'u32',
});

/** SVGACOTableDXShaderEntry of svga3d_dx.h. */
export const dxShaderEntry = new Struct({
  type: 'SVGA3dShaderType',
  sizeInBytes: 'u32',
  offsetInBytes: 'u32',
  mobid: 'SVGAMobId',
  pad: padding(16),
});

/** SVGACOTableDXUAViewEntry of svga3d_dx.h. */
export const uaViewEntry = new Struct({
  ...viewed,
  ...uaViewDesc,
  structureCount: 'u32',
  pad: padding(28),
});

/** The entries of tables by type. */
export const coTableEntries: readonly Struct<FieldTypes>[] = [
  renderTargetViewEntry,
  depthStencilViewEntry,
  shaderResourceViewEntry,
  elementLayoutEntry,
  blendStateEntry,
  depthStencilStateEntry,
  rasterizerStateEntry,
  samplerEntry,
  streamOutputEntry,
  queryEntry,
  dxShaderEntry,
  uaViewEntry,
].map((entry) => entry as unknown as Struct<FieldTypes>);

/** Bytes of one entry by table type. */
export const coTableEntryBytes: readonly number[] = coTableEntries.map(({ bytes }) => bytes);
