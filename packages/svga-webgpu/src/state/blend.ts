import { SVGA3D_BLENDEQ, SVGA3D_BLENDOP } from '@cg/svga-protocol';
import type { BlendState } from '@cg/svga-device';
import type { FormatView } from '../formats/format-table.js';

const factors = new Map<number, GPUBlendFactor>([
  [SVGA3D_BLENDOP.ZERO, 'zero'],
  [SVGA3D_BLENDOP.ONE, 'one'],
  [SVGA3D_BLENDOP.SRCCOLOR, 'src'],
  [SVGA3D_BLENDOP.INVSRCCOLOR, 'one-minus-src'],
  [SVGA3D_BLENDOP.SRCALPHA, 'src-alpha'],
  [SVGA3D_BLENDOP.INVSRCALPHA, 'one-minus-src-alpha'],
  [SVGA3D_BLENDOP.DESTALPHA, 'dst-alpha'],
  [SVGA3D_BLENDOP.INVDESTALPHA, 'one-minus-dst-alpha'],
  [SVGA3D_BLENDOP.DESTCOLOR, 'dst'],
  [SVGA3D_BLENDOP.INVDESTCOLOR, 'one-minus-dst'],
  [SVGA3D_BLENDOP.SRCALPHASAT, 'src-alpha-saturated'],
  [SVGA3D_BLENDOP.BLENDFACTOR, 'constant'],
  [SVGA3D_BLENDOP.INVBLENDFACTOR, 'one-minus-constant'],
  [SVGA3D_BLENDOP.SRC1COLOR, 'src1'],
  [SVGA3D_BLENDOP.INVSRC1COLOR, 'one-minus-src1'],
  [SVGA3D_BLENDOP.SRC1ALPHA, 'src1-alpha'],
  [SVGA3D_BLENDOP.INVSRC1ALPHA, 'one-minus-src1-alpha'],
  [SVGA3D_BLENDOP.BLENDFACTORALPHA, 'constant'],
  [SVGA3D_BLENDOP.INVBLENDFACTORALPHA, 'one-minus-constant'],
]);

const operations = new Map<number, GPUBlendOperation>([
  [SVGA3D_BLENDEQ.ADD, 'add'],
  [SVGA3D_BLENDEQ.SUBTRACT, 'subtract'],
  [SVGA3D_BLENDEQ.REVSUBTRACT, 'reverse-subtract'],
  [SVGA3D_BLENDEQ.MINIMUM, 'min'],
  [SVGA3D_BLENDEQ.MAXIMUM, 'max'],
]);

type TargetBlend = BlendState['perRT'][number];

const RGBA = 15;
const RGB = 7;
const RED = 1;
const ALPHA = 8;

/** Blending of a pipeline. */
export interface BlendMapping {
  /** Of each target; undefined where it does not blend. */
  readonly blends: readonly (GPUBlendState | undefined)[];
  readonly writeMasks: readonly number[];
  readonly alphaToCoverage: boolean;
  /** Factors read the second output of target 0. */
  readonly dualSource: boolean;
  readonly usesConstant: boolean;
  /** Constants are the alpha of the blend factor, in all components. */
  readonly alphaConstant: boolean;
}

/** The blend state of target `slot`: without independent blending that of target 0. */
function entryOf(state: BlendState | undefined, slot: number): TargetBlend | undefined {
  return state?.perRT[state.independentBlendEnable === 0 ? 0 : slot];
}

/**
 * Maps a blend state. A second source without the feature is taken for the first; unknown values are those of
 * Direct3D's default state; logic operations are not done.
 */
export function mapBlend(
  state: BlendState | undefined,
  targets: readonly (FormatView | undefined)[],
  hasDualSource: boolean,
): BlendMapping {
  const isSingle = targets.filter(Boolean).length === 1 && targets[0] !== undefined;
  const canDual = hasDualSource && isSingle;
  const blends = targets.map((view, slot) => {
    const entry = entryOf(state, slot);
    return view === undefined || entry === undefined || entry.blendEnable === 0 || !view.storage.blends
      ? undefined
      : blendOf(entry, view, canDual);
  });
  const text = JSON.stringify(blends);
  const usesAlpha = blends.some(
    (blend, slot) => blend !== undefined && usesAlphaConstant(entryOf(state, slot)!),
  );
  return {
    blends,
    writeMasks: targets.map((view, slot) =>
      view === undefined ? 0 : writeMask(entryOf(state, slot)?.renderTargetWriteMask ?? RGBA, view),
    ),
    alphaToCoverage: (state?.alphaToCoverageEnable ?? 0) !== 0,
    dualSource: text.includes('src1'),
    usesConstant: text.includes('constant'),
    alphaConstant: usesAlpha || (text.includes('constant') && targets.some((view) => view?.alpha === 'only')),
  };
}

function usesAlphaConstant({ srcBlend, destBlend }: TargetBlend): boolean {
  return [srcBlend, destBlend].some((factor) => factor >= SVGA3D_BLENDOP.BLENDFACTORALPHA);
}

function writeMask(mask: number, { alpha }: FormatView): number {
  switch (alpha) {
    case 'kept':
      return mask & RGBA;
    case 'none':
      return mask & RGB;
    case 'only':
      return mask & ALPHA ? RED : 0;
  }
}

function blendOf(entry: TargetBlend, { alpha }: FormatView, dualSource: boolean): GPUBlendState {
  const color = component(entry.srcBlend, entry.destBlend, entry.blendOp, dualSource, alpha);
  const ofAlpha = component(entry.srcBlendAlpha, entry.destBlendAlpha, entry.blendOpAlpha, dualSource, alpha);
  return alpha === 'only' ? { color: ofAlpha, alpha: ofAlpha } : { color, alpha: ofAlpha };
}

function component(
  src: number,
  dst: number,
  op: number,
  dualSource: boolean,
  alpha: FormatView['alpha'],
): GPUBlendComponent {
  const operation = operations.get(op) ?? 'add';
  if (operation === 'min' || operation === 'max') {
    return { operation, srcFactor: 'one', dstFactor: 'one' };
  }
  return {
    operation,
    srcFactor: factorOf(src, 'one', dualSource, alpha),
    dstFactor: factorOf(dst, 'zero', dualSource, alpha),
  };
}

function factorOf(
  value: number,
  otherwise: GPUBlendFactor,
  dualSource: boolean,
  alpha: FormatView['alpha'],
): GPUBlendFactor {
  const factor = factors.get(value) ?? otherwise;
  const known = dualSource ? factor : (factor.replace('src1', 'src') as GPUBlendFactor);
  if (alpha === 'none') {
    // The target's alpha is 1, whatever its bits are.
    return known === 'dst-alpha'
      ? 'one'
      : known === 'one-minus-dst-alpha' || known === 'src-alpha-saturated'
        ? 'zero'
        : known;
  }
  if (alpha === 'only') {
    return known === 'dst-alpha' ? 'dst' : known === 'one-minus-dst-alpha' ? 'one-minus-dst' : known;
  }
  return known;
}
