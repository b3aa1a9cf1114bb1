import { SurfaceLayout } from '@cg/surface-layout';
import type {
  DepthTargetView,
  DrawCall,
  DrawingRenderer,
  PipelineState,
  QueryResult,
  RenderQuery,
  RenderSurface,
  TargetView,
} from '@cg/svga-device';
import { plainDepthStencil } from '@cg/svga-device/renderer-contract';
import { SVGA3D_COMPARISON, SVGA3D_STENCILOP } from '@cg/svga-protocol';
import { SoftRenderer } from '@cg/svga-soft';
import type { Spread } from './picture-rule.js';
import type { ShaderTokens } from './render-guest.js';
import { format } from './scene-surfaces.js';

/** How far the window is moved, in pixels. */
const MOVE = 1 / 16;
/** The directions in which it is moved. */
const AROUND = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const))
  .filter(([x, y]) => x !== 0 || y !== 0);

/** Lets one fragment of each sample pass, by the reference value: the first one is 0. */
const onlyOne = {
  ...plainDepthStencil,
  stencilEnable: 1,
  frontEnable: 1,
  backEnable: 1,
  frontStencilFunc: SVGA3D_COMPARISON.EQUAL,
  backStencilFunc: SVGA3D_COMPARISON.EQUAL,
  frontStencilFailOp: SVGA3D_STENCILOP.INCRSAT,
  backStencilFailOp: SVGA3D_STENCILOP.INCRSAT,
  frontStencilPassOp: SVGA3D_STENCILOP.INCRSAT,
  backStencilPassOp: SVGA3D_STENCILOP.INCRSAT,
};

/** The images of a draw's targets. */
type Images = ReadonlyMap<RenderSurface, Uint8Array>;

/** The reference, which also draws each picture as it may be otherwise. */
export class SpreadRenderer implements DrawingRenderer {
  readonly #soft = new SoftRenderer();
  readonly caps = this.#soft.caps;
  spread: Spread = 'none';
  /** The shaders that clip whole pixels, where a renderer may do so; vertex and pixel shader. */
  byPixel: ShaderTokens | undefined;
  /** What the targets of the last draw may be otherwise. */
  others: ReadonlyMap<RenderSurface, readonly Uint8Array[]> = new Map();
  /** The surfaces of the last draw's targets: colours, then depth. */
  targets: readonly RenderSurface[] = [];

  draw(state: PipelineState, call: DrawCall): undefined {
    const views = [...state.targets, state.depthTarget].filter((view) => view !== undefined);
    this.targets = views.map(({ surface }) => surface);
    const others = new Map(views.map(({ surface }) => [surface, [] as Uint8Array[]]));
    for (const images of this.#otherPictures(state, call)) {
      for (const [surface, image] of images) {
        others.get(surface)?.push(image);
      }
    }
    this.others = others;
    this.#soft.draw(state, call);
  }

  *#otherPictures(state: PipelineState, call: DrawCall): Generator<Images> {
    if (this.spread === 'subpixel') {
      yield* this.#moved(state, call);
      const byPixel = this.byPixel && withShaders(state, this.byPixel);
      if (byPixel !== undefined) {
        yield this.#drawToCopies(byPixel, call);
        yield* this.#moved(byPixel, call);
      }
    } else if (this.spread === 'pixel') {
      // Of lines over one another, another one may be seen in a pixel beside them.
      yield* this.#eachLayer(state, call);
      for (const depthFunc of [SVGA3D_COMPARISON.LESS, SVGA3D_COMPARISON.GREATER]) {
        const depthStencil = state.depthStencil && { ...state.depthStencil, depthFunc };
        yield this.#drawToCopies({ ...state, depthStencil }, call);
      }
    }
  }

  *#moved(state: PipelineState, call: DrawCall): Generator<Images> {
    for (const [x, y] of AROUND) {
      yield this.#drawToCopies(moved(state, x * MOVE, y * MOVE), call);
    }
  }

  /** Draws the colours of the first fragment of each sample, of the second one, and so on. */
  *#eachLayer(state: PipelineState, call: DrawCall): Generator<Images> {
    const color = state.targets.find((view) => view !== undefined);
    if (color === undefined) {
      return;
    }
    const stencil = format('D24_UNORM_S8_UINT');
    const layout = new SurfaceLayout({ ...color.surface.layout.description, format: stencil.id });
    const surface = { layout, ownImage: new Uint8Array(layout.bytes) };
    const depthTarget = { ...color, surface, format: stencil, depthReadOnly: false, stencilReadOnly: false };
    for (let layer = 0, layers = 1; layer < layers; layer++) {
      const images = this.#drawToCopies(
        { ...state, depthTarget, depthStencil: onlyOne, stencilReference: layer },
        call,
      );
      // The depths are all 0.
      layers = images.get(surface)?.reduce((most, byte) => Math.max(most, byte)) ?? 0;
      yield images;
    }
  }

  /** Draws to copies of the targets. */
  #drawToCopies(state: PipelineState, call: DrawCall): Images {
    const copies = new Map<RenderSurface, RenderSurface>();
    const images = new Map<RenderSurface, Uint8Array>();
    const copyOf = <V extends DepthTargetView | TargetView>(view: V): V => {
      const { surface } = view;
      let copy = copies.get(surface);
      if (copy === undefined) {
        const ownImage = surface.ownImage?.slice() ?? new Uint8Array(surface.layout.bytes);
        copy = { layout: surface.layout, ownImage };
        copies.set(surface, copy);
        images.set(surface, ownImage);
      }
      return { ...view, surface: copy };
    };
    this.#soft.draw(
      {
        ...state,
        streamOutput: undefined,
        targets: state.targets.map((view) => view && copyOf(view)),
        depthTarget: state.depthTarget && copyOf(state.depthTarget),
      },
      call,
    );
    return images;
  }

  beginQuery(query: RenderQuery): void {
    this.#soft.beginQuery(query);
  }

  endQuery(query: RenderQuery): QueryResult {
    return this.#soft.endQuery(query);
  }

  clear(): false {
    return false;
  }

  copy(): false {
    return false;
  }

  imageWritten(): void {}

  imageNeeded(): undefined {}

  surfaceDropped(): void {}

  reset(): void {
    this.#soft.reset();
  }
}

function withShaders(state: PipelineState, [vertex, pixel]: ShaderTokens): PipelineState {
  return {
    ...state,
    vertex: { ...state.vertex, shader: { tokens: vertex } },
    pixel: pixel && state.pixel && { ...state.pixel, shader: { tokens: pixel } },
  };
}

function moved(state: PipelineState, x: number, y: number): PipelineState {
  return {
    ...state,
    viewports: state.viewports.map((viewport) => ({ ...viewport, x: viewport.x + x, y: viewport.y + y })),
  };
}
