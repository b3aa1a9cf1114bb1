import type { Viewport } from '@cg/svga-device';
import { plainBlend, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_BLENDOP } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import type { Mesh } from './random-mesh.js';
import type { AnyCommand } from './render-guest.js';

/** State objects of a draw, by its number. */

const STATE_VALUES = 8;
const { SRCALPHASAT, BLENDFACTOR, INVBLENDFACTOR, BLENDFACTORALPHA, INVBLENDFACTORALPHA } = SVGA3D_BLENDOP;
const { SRC1COLOR, INVSRC1COLOR, SRC1ALPHA, INVSRC1ALPHA } = SVGA3D_BLENDOP;
const { SRCCOLOR, INVSRCCOLOR, DESTCOLOR, INVDESTCOLOR } = SVGA3D_BLENDOP;
/** Factors up to SRCALPHASAT. */
const FACTORS = Array.from({ length: SRCALPHASAT }, (_, i) => 1 + i);
/** Factors that alpha does not have. */
const OF_COLORS: ReadonlySet<number> = new Set([
  SRCCOLOR,
  INVSRCCOLOR,
  DESTCOLOR,
  INVDESTCOLOR,
  SRC1COLOR,
  INVSRC1COLOR,
]);

function oneOf<T>(draw: Draw, values: readonly T[]): T {
  return values[draw(values.length)];
}

function ofTarget(factors: readonly number[]): number[] {
  return factors.filter((factor) => factor !== SRCALPHASAT);
}

/** What of a draw its blend state has to agree with. */
export interface Blending {
  readonly isOn: boolean;
  /** A target has alpha alone. */
  readonly hasAlphaAlone: boolean;
  readonly hasSecondSource: boolean;
  readonly coversByAlpha: boolean;
}

export function blendCommands(
  id: number,
  draw: Draw,
  { isOn, hasAlphaAlone, hasSecondSource, coversByAlpha }: Blending,
): AnyCommand[] {
  // Of constants either the colour or the alpha, and none with a target of alpha alone.
  const constants = hasAlphaAlone
    ? []
    : oneOf(draw, [
        [BLENDFACTOR, INVBLENDFACTOR],
        [BLENDFACTORALPHA, INVBLENDFACTORALPHA],
      ]);
  const second = hasSecondSource ? [SRC1COLOR, INVSRC1COLOR, SRC1ALPHA, INVSRC1ALPHA] : [];
  const factors = [...FACTORS, ...constants, ...second, ...second];
  const ofAlpha = factors.filter((factor) => !OF_COLORS.has(factor));
  const target = () => ({
    blendEnable: isOn ? draw(3) && 1 : 0,
    srcBlend: oneOf(draw, factors),
    destBlend: oneOf(draw, ofTarget(factors)),
    blendOp: 1 + draw(5),
    srcBlendAlpha: oneOf(draw, ofAlpha),
    destBlendAlpha: oneOf(draw, ofTarget(ofAlpha)),
    blendOpAlpha: 1 + draw(5),
    renderTargetWriteMask: draw(3) === 0 ? draw(16) : 15,
  });
  const perRT = plainBlend({}).perRT.map((plain) => ({ ...plain, ...target() }));
  const independentBlendEnable = draw(2);
  const blendFactor = Array.from({ length: 4 }, () => draw(9) / STATE_VALUES);
  const alphaToCoverageEnable = coversByAlpha ? 1 : 0;
  return [
    ['DX_DEFINE_BLEND_STATE', { blendId: id, alphaToCoverageEnable, independentBlendEnable, perRT }],
    ['DX_SET_BLEND_STATE', { blendId: id, blendFactor, sampleMask: draw(4) === 0 ? draw(16) : 0xffffffff }],
  ];
}

/** @param isPlain nothing of what is there counts: the pixels of a draw may be others */
export function depthStencilCommands(id: number, draw: Draw, isPlain: boolean): AnyCommand[] {
  const operation = () => 1 + draw(8);
  const comparison = () => 1 + draw(8);
  return [
    [
      'DX_DEFINE_DEPTHSTENCIL_STATE',
      {
        depthStencilId: id,
        depthEnable: draw(2),
        depthWriteMask: draw(2),
        depthFunc: isPlain ? 8 : comparison(),
        stencilEnable: isPlain ? 0 : draw(2),
        frontEnable: draw(4) && 1,
        backEnable: draw(4) && 1,
        stencilReadMask: oneOf(draw, [0xff, draw(256)]),
        stencilWriteMask: oneOf(draw, [0xff, draw(256)]),
        frontStencilFailOp: operation(),
        frontStencilDepthFailOp: operation(),
        frontStencilPassOp: operation(),
        frontStencilFunc: comparison(),
        backStencilFailOp: operation(),
        backStencilDepthFailOp: operation(),
        backStencilPassOp: operation(),
        backStencilFunc: comparison(),
      },
    ],
    ['DX_SET_DEPTHSTENCIL_STATE', { depthStencilId: id, stencilRef: oneOf(draw, [1, draw(256)]) }],
  ];
}

/** @param depth the name of the depth target's format */
export function rasterizerCommands(
  id: number,
  draw: Draw,
  { fillMode, drawnAs }: Mesh,
  depth: string | undefined,
  isScissored: boolean,
): AnyCommand[] {
  const hasBias = draw(4) === 0 && (depth === 'D16_UNORM' || depth === 'D32_FLOAT');
  return [
    [
      'DX_DEFINE_RASTERIZER_STATE',
      {
        rasterizerId: id,
        ...plainRasterizer,
        fillMode,
        cullMode: drawnAs === 'triangles' ? 1 + draw(3) : 1,
        frontCounterClockwise: draw(2),
        // Units of normalized depth are a hundredth larger in SwiftShader.
        depthBias: hasBias ? draw(100) - 50 : 0,
        slopeScaledDepthBias: hasBias ? draw(5) - 2 : 0,
        depthBiasClamp: hasBias ? oneOf(draw, [0, 0.01, -0.01]) : 0,
        depthClipEnable: draw(3) && 1,
        scissorEnable: isScissored ? 1 : 0,
      },
    ],
    ['DX_SET_RASTERIZER_STATE', { rasterizerId: id }],
  ];
}

/** A viewport that has the lower right corner of a picture. */
export function randomViewport(draw: Draw, width: number, height: number): Viewport {
  const [x, y] = draw(3) === 0 ? [draw(4), draw(4)] : [0, 0];
  const [minDepth, maxDepth] = draw(4) === 0 ? [0.25, 0.75] : [0, 1];
  return { x, y, width: width - x, height: height - y, minDepth, maxDepth };
}

/**
 * One viewport, or two whose pixels are not the same: the second one is as large and at another place, and shows the
 * right half of the picture.
 */
export function windowCommands(
  draw: Draw,
  viewport: Viewport,
  width: number,
  height: number,
  isDouble: boolean,
): AnyCommand[] {
  if (!isDouble) {
    const [left, top] = [draw(width) - 2, draw(height) - 2];
    const rects = [{ left, top, right: 4 + draw(width), bottom: 4 + draw(height) }];
    return [
      ['DX_SET_VIEWPORTS', { viewports: [viewport] }],
      ['DX_SET_SCISSORRECTS', { rects }],
    ];
  }
  const middle = width / 2;
  const moved = { ...viewport, x: viewport.x + draw(5) - 2, y: viewport.y + draw(5) - 2 };
  return [
    ['DX_SET_VIEWPORTS', { viewports: [viewport, moved] }],
    [
      'DX_SET_SCISSORRECTS',
      {
        rects: [
          { left: 0, top: draw(4), right: middle, bottom: height },
          { left: middle, top: 0, right: width, bottom: height - draw(4) },
        ],
      },
    ],
  ];
}
