import { dxCommand, sm5Command } from '../command-definition.js';
import { arrayOf } from '../../structures/struct.js';
import { structs } from '../../structures/tail.js';
import { prefixed, rgbaFloat } from './structures.js';

/** SVGA3dInputElementDesc of svga3d_dx.h. */
export const inputElementDesc = {
  inputSlot: 'u32',
  alignedByteOffset: 'u32',
  format: 'SVGA3dSurfaceFormat',
  inputSlotClass: 'SVGA3dInputClassification',
  instanceDataStepRate: 'u32',
  inputRegister: 'u32',
} as const;

/** SVGA3dDXBlendStatePerRT of svga3d_dx.h. */
const blendStatePerRT = {
  blendEnable: 'u8',
  srcBlend: 'u8',
  destBlend: 'u8',
  blendOp: 'u8',
  srcBlendAlpha: 'u8',
  destBlendAlpha: 'u8',
  blendOpAlpha: 'u8',
  renderTargetWriteMask: 'u8',
  logicOpEnable: 'u8',
  logicOp: 'u8',
  pad0: { padding: 2 },
} as const;

/** What SVGA3dCmdDXDefineBlendState and its table entry share; SVGA3D_DX_MAX_RENDER_TARGETS is 8. */
export const blendState = {
  alphaToCoverageEnable: 'u8',
  independentBlendEnable: 'u8',
  pad0: { padding: 2 },
  perRT: arrayOf(blendStatePerRT, 8),
} as const;

/** What SVGA3dCmdDXDefineDepthStencilState and its table entry share. */
export const depthStencilState = {
  depthEnable: 'u8',
  depthWriteMask: 'u8',
  depthFunc: 'SVGA3dComparisonFunc',
  stencilEnable: 'u8',
  frontEnable: 'u8',
  backEnable: 'u8',
  stencilReadMask: 'u8',
  stencilWriteMask: 'u8',
  frontStencilFailOp: 'u8',
  frontStencilDepthFailOp: 'u8',
  frontStencilPassOp: 'u8',
  frontStencilFunc: 'SVGA3dComparisonFunc',
  backStencilFailOp: 'u8',
  backStencilDepthFailOp: 'u8',
  backStencilPassOp: 'u8',
  backStencilFunc: 'SVGA3dComparisonFunc',
} as const;

/** What SVGA3dCmdDXDefineRasterizerState and its table entry share. */
export const rasterizerState = {
  fillMode: 'u8',
  cullMode: 'SVGA3dCullMode',
  frontCounterClockwise: 'u8',
  provokingVertexLast: 'u8',
  depthBias: 'i32',
  depthBiasClamp: 'f32',
  slopeScaledDepthBias: 'f32',
  depthClipEnable: 'u8',
  scissorEnable: 'u8',
  multisampleEnable: 'u8',
  antialiasedLineEnable: 'u8',
  lineWidth: 'f32',
  lineStippleEnable: 'u8',
  lineStippleFactor: 'u8',
  lineStipplePattern: 'u16',
} as const;

/** What SVGA3dCmdDXDefineSamplerState and its table entry share. */
export const samplerState = {
  filter: 'u32',
  addressU: 'u8',
  addressV: 'u8',
  addressW: 'u8',
  pad0: { padding: 1 },
  mipLODBias: 'f32',
  maxAnisotropy: 'u8',
  comparisonFunc: 'SVGA3dComparisonFunc',
  pad1: { padding: 2 },
  ...prefixed('borderColor', rgbaFloat),
  minLOD: 'f32',
  maxLOD: 'f32',
} as const;

/** SVGA3dStreamOutputDeclarationEntry of svga3d_dx.h. */
const streamOutputDeclaration = {
  outputSlot: 'u32',
  registerIndex: 'u32',
  registerMask: 'u8',
  pad0: { padding: 3 },
  stream: 'u32',
} as const;

/** SVGA3D_MAX_DX10_STREAMOUT_DECLS declarations, and SVGA3D_DX_MAX_SOTARGETS strides. */
export const streamOutput = {
  numOutputStreamEntries: 'u32',
  decl: arrayOf(streamOutputDeclaration, 64, 'numOutputStreamEntries'),
  streamOutputStrideInBytes: arrayOf('u32', 4),
  rasterizedStream: 'u32',
} as const;

/** State objects of DX contexts (svga3d_dx.h). */
export const dxStateCommands = {
  DX_DEFINE_ELEMENTLAYOUT: dxCommand(
    1191,
    { elementLayoutId: 'SVGA3dElementLayoutId' },
    { descs: structs(inputElementDesc) },
  ),
  DX_DESTROY_ELEMENTLAYOUT: dxCommand(1192, { elementLayoutId: 'SVGA3dElementLayoutId' }),
  DX_DEFINE_BLEND_STATE: dxCommand(1193, { blendId: 'SVGA3dBlendStateId', ...blendState }),
  DX_DESTROY_BLEND_STATE: dxCommand(1194, { blendId: 'SVGA3dBlendStateId' }),
  DX_DEFINE_DEPTHSTENCIL_STATE: dxCommand(1195, {
    depthStencilId: 'SVGA3dDepthStencilStateId',
    ...depthStencilState,
  }),
  DX_DESTROY_DEPTHSTENCIL_STATE: dxCommand(1196, { depthStencilId: 'SVGA3dDepthStencilStateId' }),
  DX_DEFINE_RASTERIZER_STATE: dxCommand(1197, {
    rasterizerId: 'SVGA3dRasterizerStateId',
    ...rasterizerState,
  }),
  DX_DESTROY_RASTERIZER_STATE: dxCommand(1198, { rasterizerId: 'SVGA3dRasterizerStateId' }),
  DX_DEFINE_SAMPLER_STATE: dxCommand(1199, { samplerId: 'SVGA3dSamplerId', ...samplerState }),
  DX_DESTROY_SAMPLER_STATE: dxCommand(1200, { samplerId: 'SVGA3dSamplerId' }),
  DX_DEFINE_STREAMOUTPUT: dxCommand(1204, { soid: 'SVGA3dStreamOutputId', ...streamOutput }),
  DX_DESTROY_STREAMOUTPUT: dxCommand(1205, { soid: 'SVGA3dStreamOutputId' }),
  DX_DEFINE_STREAMOUTPUT_WITH_MOB: sm5Command(1273, {
    soid: 'SVGA3dStreamOutputId',
    numOutputStreamEntries: 'u32',
    numOutputStreamStrides: 'u32',
    streamOutputStrideInBytes: arrayOf('u32', 4, 'numOutputStreamStrides'),
    rasterizedStream: 'u32',
  }),
  DX_BIND_STREAMOUTPUT: sm5Command(1275, {
    soid: 'SVGA3dStreamOutputId',
    mobid: 'SVGAMobId',
    offsetInBytes: 'u32',
    sizeInBytes: 'u32',
  }),
  DX_DEFINE_RASTERIZER_STATE_V2: sm5Command(1288, {
    rasterizerId: 'SVGA3dRasterizerStateId',
    ...rasterizerState,
    forcedSampleCount: 'u32',
  }),
} as const;
