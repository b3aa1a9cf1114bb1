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
import { SoftRenderer } from '@cg/svga-soft';

/** The directions in which the window is moved. */
const AROUND = [-1, 0, 1]
  .flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const))
  .filter(([x, y]) => x !== 0 || y !== 0);

/** The reference, which also draws each picture with the window moved a little. */
export class SpreadRenderer implements DrawingRenderer {
  readonly #soft = new SoftRenderer();
  readonly caps = this.#soft.caps;
  /** How far the window is moved, in pixels. */
  spread = 0;
  /** The images of the targets of the last draw, by their numbers of bytes and places: colours, then depth. */
  moved: ReadonlyMap<RenderSurface, readonly Uint8Array[]> = new Map();
  /** The surfaces of the last draw's targets: colours, then depth. */
  targets: readonly RenderSurface[] = [];

  draw(state: PipelineState, call: DrawCall): undefined {
    const views = [...state.targets, state.depthTarget].filter((view) => view !== undefined);
    this.targets = views.map(({ surface }) => surface);
    const moved = new Map(views.map(({ surface }) => [surface, [] as Uint8Array[]]));
    for (const [x, y] of this.spread === 0 ? [] : AROUND) {
      for (const [surface, image] of this.#drawMoved(state, call, x * this.spread, y * this.spread)) {
        moved.get(surface)?.push(image);
      }
    }
    this.moved = moved;
    this.#soft.draw(state, call);
  }

  /** Draws to copies of the targets. */
  #drawMoved(state: PipelineState, call: DrawCall, x: number, y: number): Map<RenderSurface, Uint8Array> {
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
        viewports: state.viewports.map((viewport) => ({ ...viewport, x: viewport.x + x, y: viewport.y + y })),
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
