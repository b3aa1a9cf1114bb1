import type { DepthStencilState, DepthTargetView, PipelineState } from '@cg/svga-device';
import { SVGA3D_COMPARISON, SVGA3D_STENCILOP } from '@cg/svga-protocol';
import { compares } from '../comparison.js';
import { DepthTexel } from './depth-texel.js';
import { TargetImage } from './target-image.js';

const MOST_STENCIL = 0xff;

/** What a side of primitives does to stencil values. */
interface StencilFace {
  readonly func: number;
  readonly fail: number;
  readonly depthFail: number;
  readonly pass: number;
}

/** Direct3D's default, and what a side does for which stencil is disabled. */
const KEEP: StencilFace = {
  func: SVGA3D_COMPARISON.ALWAYS,
  fail: SVGA3D_STENCILOP.KEEP,
  depthFail: SVGA3D_STENCILOP.KEEP,
  pass: SVGA3D_STENCILOP.KEEP,
};

/** A depth-stencil target with the tests of a draw. */
export class DepthStencilTarget {
  readonly #func: number;
  readonly #writesDepth: boolean;
  readonly #writesStencil: boolean;
  readonly #testsStencil: boolean;
  readonly #front: StencilFace;
  readonly #back: StencilFace;
  readonly #readMask: number;
  readonly #writeMask: number;
  readonly #reference: number;

  private constructor(
    readonly target: TargetImage,
    readonly texel: DepthTexel,
    { depthReadOnly, stencilReadOnly }: DepthTargetView,
    { depthStencil: state, stencilReference }: PipelineState,
  ) {
    const depthEnable = state === undefined || state.depthEnable !== 0;
    this.#func = depthEnable ? (state?.depthFunc ?? SVGA3D_COMPARISON.LESS) : SVGA3D_COMPARISON.ALWAYS;
    this.#writesDepth = depthEnable && state?.depthWriteMask !== 0 && !depthReadOnly;
    this.#testsStencil = state !== undefined && state.stencilEnable !== 0 && texel.hasStencil;
    this.#writesStencil = !stencilReadOnly;
    this.#front = state === undefined || state.frontEnable === 0 ? KEEP : frontFace(state);
    this.#back = state === undefined || state.backEnable === 0 ? KEEP : backFace(state);
    this.#readMask = state?.stencilReadMask ?? MOST_STENCIL;
    this.#writeMask = state?.stencilWriteMask ?? MOST_STENCIL;
    this.#reference = stencilReference & MOST_STENCIL;
  }

  /** @returns undefined for a view that cannot be drawn to */
  static of(view: DepthTargetView, state: PipelineState): DepthStencilTarget | undefined {
    const target = TargetImage.of(view);
    const texel = DepthTexel.of(view.format);
    return target === undefined || texel === undefined
      ? undefined
      : new DepthStencilTarget(target, texel, view, state);
  }

  /** Tests a sample, and changes its depth and stencil as the state says. @returns whether it passes */
  test(x: number, y: number, sample: number, z: number, isFront: boolean): boolean {
    const { target, texel } = this;
    const { image } = target;
    const at = target.at(x, y, sample);
    const face = isFront ? this.#front : this.#back;
    if (this.#testsStencil) {
      const mask = this.#readMask;
      if (!compares(face.func, this.#reference & mask, texel.stencil(image, at) & mask)) {
        this.#change(at, face.fail);
        return false;
      }
    }
    const depth = texel.convert(z);
    const passes = compares(this.#func, depth, texel.depth(image, at));
    if (this.#testsStencil) {
      this.#change(at, passes ? face.pass : face.depthFail);
    }
    if (passes && this.#writesDepth) {
      texel.setDepth(image, at, depth);
    }
    return passes;
  }

  #change(at: number, operation: number): void {
    const { texel, target } = this;
    if (!this.#writesStencil || operation === SVGA3D_STENCILOP.KEEP) {
      return;
    }
    const old = texel.stencil(target.image, at);
    const fresh = changedStencil(operation, old, this.#reference);
    const mask = this.#writeMask;
    texel.setStencil(target.image, at, (old & ~mask) | (fresh & mask));
  }
}

/** An unknown operation keeps the value. */
function changedStencil(operation: number, value: number, reference: number): number {
  switch (operation) {
    case SVGA3D_STENCILOP.ZERO:
      return 0;
    case SVGA3D_STENCILOP.REPLACE:
      return reference;
    case SVGA3D_STENCILOP.INCRSAT:
      return Math.min(value + 1, MOST_STENCIL);
    case SVGA3D_STENCILOP.DECRSAT:
      return Math.max(value - 1, 0);
    case SVGA3D_STENCILOP.INVERT:
      return ~value & MOST_STENCIL;
    case SVGA3D_STENCILOP.INCR:
      return (value + 1) & MOST_STENCIL;
    case SVGA3D_STENCILOP.DECR:
      return (value - 1) & MOST_STENCIL;
    default:
      return value;
  }
}

function frontFace(state: DepthStencilState): StencilFace {
  return {
    func: state.frontStencilFunc,
    fail: state.frontStencilFailOp,
    depthFail: state.frontStencilDepthFailOp,
    pass: state.frontStencilPassOp,
  };
}

function backFace(state: DepthStencilState): StencilFace {
  return {
    func: state.backStencilFunc,
    fail: state.backStencilFailOp,
    depthFail: state.backStencilDepthFailOp,
    pass: state.backStencilPassOp,
  };
}
