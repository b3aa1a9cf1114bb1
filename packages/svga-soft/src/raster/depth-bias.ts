import type { RasterizerState } from '@cg/svga-device';
import { depthSlope, type WindowVertex } from './interpolation.js';

const MANTISSA_BITS = 23;

/** What is added to the depth of triangles. */
export class DepthBias {
  readonly #isNone: boolean;

  /** @param unit the least depth above 0 of the depth target; undefined for floats, or without a target */
  constructor(
    private readonly state: Pick<RasterizerState, 'depthBias' | 'depthBiasClamp' | 'slopeScaledDepthBias'>,
    private readonly unit: number | undefined,
  ) {
    this.#isNone = state.depthBias === 0 && state.slopeScaledDepthBias === 0;
  }

  /** @param area twice the area of the triangle */
  of(triangle: readonly [WindowVertex, WindowVertex, WindowVertex], area: number): number {
    if (this.#isNone || area === 0) {
      return 0;
    }
    const { depthBias, depthBiasClamp, slopeScaledDepthBias } = this.state;
    const steepest = depthSlope(triangle, area);
    const bias = depthBias * (this.unit ?? floatUnit(triangle)) + slopeScaledDepthBias * steepest;
    if (depthBiasClamp > 0) {
      return Math.min(bias, depthBiasClamp);
    }
    return depthBiasClamp < 0 ? Math.max(bias, depthBiasClamp) : bias;
  }
}

/** The distance of floats of the size of the greatest depth. */
function floatUnit(triangle: readonly WindowVertex[]): number {
  const most = triangle.reduce((greatest, { z }) => Math.max(greatest, Math.abs(z)), 0);
  return most > 0 ? 2 ** (Math.floor(Math.log2(most)) - MANTISSA_BITS) : 0;
}
