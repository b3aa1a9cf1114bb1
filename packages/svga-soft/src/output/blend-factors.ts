import type { BlendState } from '@cg/svga-device';
import { SVGA3D_BLENDEQ, SVGA3D_BLENDOP } from '@cg/svga-protocol';

export type TargetBlend = BlendState['perRT'][number];

/** A colour: red, green, blue, alpha. */
export type Color = Float64Array;

/** The colours that a pixel is blended of. */
export interface BlendColors {
  readonly source: Color;
  /** The second output of the shader. */
  readonly second: Color;
  readonly target: Color;
  /** Those of the blend state: r, g, b, a. */
  readonly factor: Color;
}

/** The value of a factor for a component, 0 to 3; an unknown factor is 1. */
function blendFactor(factor: number, component: number, colors: BlendColors): number {
  const { source, second, target } = colors;
  const constant = colors.factor;
  switch (factor) {
    case SVGA3D_BLENDOP.ZERO:
      return 0;
    case SVGA3D_BLENDOP.SRCCOLOR:
      return source[component];
    case SVGA3D_BLENDOP.INVSRCCOLOR:
      return 1 - source[component];
    case SVGA3D_BLENDOP.SRCALPHA:
      return source[3];
    case SVGA3D_BLENDOP.INVSRCALPHA:
      return 1 - source[3];
    case SVGA3D_BLENDOP.DESTALPHA:
      return target[3];
    case SVGA3D_BLENDOP.INVDESTALPHA:
      return 1 - target[3];
    case SVGA3D_BLENDOP.DESTCOLOR:
      return target[component];
    case SVGA3D_BLENDOP.INVDESTCOLOR:
      return 1 - target[component];
    case SVGA3D_BLENDOP.SRCALPHASAT:
      return component === 3 ? 1 : Math.min(source[3], 1 - target[3]);
    case SVGA3D_BLENDOP.BLENDFACTOR:
      return constant[component];
    case SVGA3D_BLENDOP.INVBLENDFACTOR:
      return 1 - constant[component];
    case SVGA3D_BLENDOP.SRC1COLOR:
      return second[component];
    case SVGA3D_BLENDOP.INVSRC1COLOR:
      return 1 - second[component];
    case SVGA3D_BLENDOP.SRC1ALPHA:
      return second[3];
    case SVGA3D_BLENDOP.INVSRC1ALPHA:
      return 1 - second[3];
    case SVGA3D_BLENDOP.BLENDFACTORALPHA:
      return constant[3];
    case SVGA3D_BLENDOP.INVBLENDFACTORALPHA:
      return 1 - constant[3];
    default:
      return 1;
  }
}

/** Puts a component together. MINIMUM and MAXIMUM have no factors; an unknown equation is ADD. */
function combine(
  equation: number,
  source: number,
  target: number,
  weights: readonly [number, number],
): number {
  const [a, b] = weights;
  switch (equation) {
    case SVGA3D_BLENDEQ.SUBTRACT:
      return source * a - target * b;
    case SVGA3D_BLENDEQ.REVSUBTRACT:
      return target * b - source * a;
    case SVGA3D_BLENDEQ.MINIMUM:
      return Math.min(source, target);
    case SVGA3D_BLENDEQ.MAXIMUM:
      return Math.max(source, target);
    default:
      return source * a + target * b;
  }
}

/** Blends a colour into another. */
export function blendColor(state: TargetBlend, colors: BlendColors, into: Color): void {
  for (let component = 0; component < 4; component++) {
    const isAlpha = component === 3;
    const source = blendFactor(isAlpha ? state.srcBlendAlpha : state.srcBlend, component, colors);
    const target = blendFactor(isAlpha ? state.destBlendAlpha : state.destBlend, component, colors);
    const equation = isAlpha ? state.blendOpAlpha : state.blendOp;
    into[component] = combine(equation, colors.source[component], colors.target[component], [source, target]);
  }
}
