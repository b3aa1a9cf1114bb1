import {
  SVGA3D_BLENDEQ,
  SVGA3D_BLENDOP,
  SVGA3D_COMPARISON,
  SVGA3D_CULL,
  SVGA3D_DX_MAX_RENDER_TARGETS,
  SVGA3D_FILLMODE,
  SVGA3D_STENCILOP,
} from '@cg/svga-protocol';
import type { BlendState, DepthStencilState, DrawCall, RasterizerState } from '../renderer/pipeline-state.js';

/** Triangles are filled, and none is culled. */
export const plainRasterizer: RasterizerState = {
  fillMode: SVGA3D_FILLMODE.FILL,
  cullMode: SVGA3D_CULL.NONE,
  frontCounterClockwise: 0,
  provokingVertexLast: 0,
  depthBias: 0,
  depthBiasClamp: 0,
  slopeScaledDepthBias: 0,
  depthClipEnable: 1,
  scissorEnable: 0,
  multisampleEnable: 0,
  antialiasedLineEnable: 0,
  lineWidth: 1,
  lineStippleEnable: 0,
  lineStippleFactor: 0,
  lineStipplePattern: 0,
  forcedSampleCount: 0,
};

/** No test of depth or stencil, and no write. */
export const plainDepthStencil: DepthStencilState = {
  depthEnable: 0,
  depthWriteMask: 0,
  depthFunc: SVGA3D_COMPARISON.ALWAYS,
  stencilEnable: 0,
  frontEnable: 0,
  backEnable: 0,
  stencilReadMask: 0xff,
  stencilWriteMask: 0xff,
  frontStencilFailOp: SVGA3D_STENCILOP.KEEP,
  frontStencilDepthFailOp: SVGA3D_STENCILOP.KEEP,
  frontStencilPassOp: SVGA3D_STENCILOP.KEEP,
  frontStencilFunc: SVGA3D_COMPARISON.ALWAYS,
  backStencilFailOp: SVGA3D_STENCILOP.KEEP,
  backStencilDepthFailOp: SVGA3D_STENCILOP.KEEP,
  backStencilPassOp: SVGA3D_STENCILOP.KEEP,
  backStencilFunc: SVGA3D_COMPARISON.ALWAYS,
};

/** Colours are replaced. */
const targetBlend: BlendState['perRT'][number] = {
  blendEnable: 0,
  srcBlend: SVGA3D_BLENDOP.ONE,
  destBlend: SVGA3D_BLENDOP.ZERO,
  blendOp: SVGA3D_BLENDEQ.ADD,
  srcBlendAlpha: SVGA3D_BLENDOP.ONE,
  destBlendAlpha: SVGA3D_BLENDOP.ZERO,
  blendOpAlpha: SVGA3D_BLENDEQ.ADD,
  renderTargetWriteMask: 15,
  logicOpEnable: 0,
  logicOp: 0,
};

/** A blend state whose targets are alike: they replace their colours, but for what `target` says. */
export function plainBlend(
  target: Partial<BlendState['perRT'][number]>,
  rest: Partial<Omit<BlendState, 'perRT'>> = {},
): BlendState {
  const perRT = Array.from({ length: SVGA3D_DX_MAX_RENDER_TARGETS }, () => ({ ...targetBlend, ...target }));
  return { alphaToCoverageEnable: 0, independentBlendEnable: 0, ...rest, perRT };
}

/** One instance of vertices, without indices. */
export function plainCall(vertexCount: number | 'auto', rest: Partial<DrawCall> = {}): DrawCall {
  return {
    indexed: false,
    vertexCount,
    firstVertex: 0,
    baseVertex: 0,
    instanceCount: 1,
    firstInstance: 0,
    ...rest,
  };
}
