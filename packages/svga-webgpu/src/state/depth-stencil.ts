import { SVGA3D_STENCILOP } from '@cg/svga-protocol';
import type { DepthStencilState, RasterizerState } from '@cg/svga-device';
import type { TextureStorage } from '../formats/format-table.js';
import { comparisonOf } from './comparison.js';

const operations = new Map<number, GPUStencilOperation>([
  [SVGA3D_STENCILOP.KEEP, 'keep'],
  [SVGA3D_STENCILOP.ZERO, 'zero'],
  [SVGA3D_STENCILOP.REPLACE, 'replace'],
  [SVGA3D_STENCILOP.INCRSAT, 'increment-clamp'],
  [SVGA3D_STENCILOP.DECRSAT, 'decrement-clamp'],
  [SVGA3D_STENCILOP.INVERT, 'invert'],
  [SVGA3D_STENCILOP.INCR, 'increment-wrap'],
  [SVGA3D_STENCILOP.DECR, 'decrement-wrap'],
]);

const KEPT: GPUStencilFaceState = { compare: 'always', failOp: 'keep', depthFailOp: 'keep', passOp: 'keep' };

function operation(value: number): GPUStencilOperation {
  return operations.get(value) ?? 'keep';
}

function face(
  isOn: boolean,
  compare: number,
  fail: number,
  depthFail: number,
  pass: number,
): GPUStencilFaceState {
  return isOn
    ? {
        compare: comparisonOf(compare),
        failOp: operation(fail),
        depthFailOp: operation(depthFail),
        passOp: operation(pass),
      }
    : KEPT;
}

/** What decides over depth and stencil. */
export interface DepthInputs {
  readonly state: DepthStencilState | undefined;
  readonly rasterizer: RasterizerState | undefined;
  readonly storage: TextureStorage;
  readonly depthReadOnly: boolean;
  readonly stencilReadOnly: boolean;
  /** Lines and points have no bias. */
  readonly isTriangles: boolean;
}

/** Maps depth and stencil state; without one Direct3D's default: less, written, no stencil. */
export function mapDepthStencil({
  state,
  rasterizer,
  storage,
  depthReadOnly,
  stencilReadOnly,
  isTriangles,
}: DepthInputs): GPUDepthStencilState {
  const tests = state === undefined || state.depthEnable !== 0;
  const writes = tests && (state === undefined || state.depthWriteMask !== 0) && !depthReadOnly;
  const hasStencil = storage.hasStencil && state !== undefined && state.stencilEnable !== 0;
  return {
    format: storage.format,
    depthCompare: tests ? (state === undefined ? 'less' : comparisonOf(state.depthFunc)) : 'always',
    depthWriteEnabled: writes,
    ...(hasStencil && {
      stencilFront: face(
        state.frontEnable !== 0,
        state.frontStencilFunc,
        state.frontStencilFailOp,
        state.frontStencilDepthFailOp,
        state.frontStencilPassOp,
      ),
      stencilBack: face(
        state.backEnable !== 0,
        state.backStencilFunc,
        state.backStencilFailOp,
        state.backStencilDepthFailOp,
        state.backStencilPassOp,
      ),
      stencilReadMask: state.stencilReadMask,
      stencilWriteMask: stencilReadOnly ? 0 : state.stencilWriteMask,
    }),
    ...(isTriangles && rasterizer !== undefined && biasOf(rasterizer, storage)),
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** A bias of normalized depth is in its own units, which those of a float are not. */
function biasOf(
  { depthBias, slopeScaledDepthBias, depthBiasClamp }: RasterizerState,
  { depth, format }: TextureStorage,
): Partial<GPUDepthStencilState> {
  const isWider = depth?.depthBits === 24 && format.startsWith('depth32float');
  return {
    // In 0.5 to 1 a unit of a float is 2^-24, too.
    depthBias: isWider ? Math.max(-0x7fffffff, depthBias) : depthBias,
    depthBiasSlopeScale: finite(slopeScaledDepthBias),
    depthBiasClamp: finite(depthBiasClamp),
  };
}
