import type { PipelineState, RasterizerState, Viewport } from '@cg/svga-device';
import { SVGA3D_CULL, SVGA3D_FILLMODE } from '@cg/svga-protocol';
import type { ShaderInterface, SystemName } from '@cg/vgpu10';
import { Clipper } from '../geometry/clip.js';
import { clipPlanes, isUsable, type ClipVertex } from '../geometry/clip-planes.js';
import type { PixelStage } from '../output/pixel-stage.js';
import type { RenderTargets } from '../output/render-targets.js';
import type { PrimitiveSink, ShadedVertex } from '../shaded-vertex.js';
import type { WorkBudget } from '../work-budget.js';
import { intersect, isEmpty, type Bounds, type QuadSink } from './bounds.js';
import { DepthBias } from './depth-bias.js';
import { DrawnPrimitive } from './drawn-primitive.js';
import { Interpolation, type WindowVertex } from './interpolation.js';
import { coverLine, coverPoint } from './line-and-point.js';
import { coverTriangle, doubleArea, SUBPIXELS } from './triangle.js';

/** Direct3D's default state. */
const DEFAULT = {
  fillMode: SVGA3D_FILLMODE.FILL,
  cullMode: SVGA3D_CULL.BACK,
  frontCounterClockwise: 0,
  depthClipEnable: 1,
  scissorEnable: 0,
  depthBias: 0,
  depthBiasClamp: 0,
  slopeScaledDepthBias: 0,
} satisfies Partial<RasterizerState>;

/** A viewport with what follows from it. */
interface Window {
  readonly viewport: Viewport;
  readonly clipper: Clipper;
  readonly bounds: Bounds;
}

type Triangle<T> = readonly [T, T, T];

/** Clips primitives, makes pixels of them, and hands these on. */
export class Rasterizer implements PrimitiveSink {
  /** What is left after clipping. */
  readonly clipped = { primitives: 0 };
  readonly #state: Pick<RasterizerState, keyof typeof DEFAULT>;
  readonly #windows = new Map<number, Window | undefined>();
  readonly #depthBias: DepthBias;
  readonly #position: number;
  readonly #layer: number | undefined;
  readonly #viewport: number | undefined;

  /**
   * @param before the last stage before the rasteriser
   * @param linear words of its registers that the pixel shader takes without perspective
   */
  constructor(
    private readonly state: PipelineState,
    private readonly before: ShaderInterface,
    private readonly linear: readonly number[],
    private readonly targets: RenderTargets,
    private readonly pixels: PixelStage,
    private readonly budget: WorkBudget,
  ) {
    this.#state = state.rasterizer ?? DEFAULT;
    this.#depthBias = new DepthBias(this.#state, targets.depth?.texel.unit);
    this.#position = (this.#register('POSITION') ?? 0) * 4;
    this.#layer = this.#register('RENDER_TARGET_ARRAY_INDEX');
    this.#viewport = this.#register('VIEWPORT_ARRAY_INDEX');
  }

  primitive(vertices: readonly ShadedVertex[], id: number): void {
    const [provoking] = vertices;
    const value = (register: number | undefined) =>
      register === undefined ? 0 : (provoking.words[4 * register] ?? 0);
    const index = value(this.#viewport);
    const viewport = index < this.state.viewports.length ? index : 0;
    const window = this.#window(viewport);
    if (window === undefined || this.#isCulledByDistance(vertices)) {
      return;
    }
    const layer = value(this.#layer);
    this.targets.select(layer);
    const of = { provoking: provoking.words, id, layer, viewport };
    new PrimitiveRun(
      this.#state,
      window,
      this.#depthBias,
      this.targets,
      this.pixels,
      this.budget,
      this.clipped,
      of,
    ).draw(vertices.map((vertex) => this.#inClipSpace(vertex)));
  }

  #register(wanted: SystemName): number | undefined {
    return this.before.outputs.find(({ name }) => name === wanted)?.register;
  }

  #inClipSpace({ floats }: ShadedVertex): ClipVertex {
    const at = this.#position;
    return { x: floats[at], y: floats[at + 1], z: floats[at + 2], w: floats[at + 3], values: floats };
  }

  /** A primitive is left out if one cull distance of all its vertices is negative, or no number. */
  #isCulledByDistance(vertices: readonly ShadedVertex[]): boolean {
    return this.before.cullDistances.some(({ register, component }) =>
      vertices.every(({ floats }) => !(floats[4 * register + component] >= 0)),
    );
  }

  #window(index: number): Window | undefined {
    if (!this.#windows.has(index)) {
      this.#windows.set(index, this.#makeWindow(index));
    }
    return this.#windows.get(index);
  }

  #makeWindow(index: number): Window | undefined {
    const viewport = this.state.viewports[index];
    if (viewport === undefined || !isUsable(viewport)) {
      return undefined;
    }
    const { x, y, width, height } = viewport;
    const planes = clipPlanes(viewport, this.#state.depthClipEnable !== 0, this.before.clipDistances);
    // Pixels whose centre the viewport has.
    let bounds = intersect(this.targets.bounds, {
      left: Math.ceil(x - 0.5),
      top: Math.ceil(y - 0.5),
      right: Math.ceil(x + width - 0.5),
      bottom: Math.ceil(y + height - 0.5),
    });
    if (this.#state.scissorEnable !== 0) {
      const { left, top, right, bottom } = this.state.scissors[index] ?? {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
      };
      bounds = intersect(bounds, { left, top, right, bottom });
    }
    return isEmpty(bounds) ? undefined : { viewport, clipper: new Clipper(planes, this.linear), bounds };
  }
}

/** One primitive on its way to the pixels. */
class PrimitiveRun {
  constructor(
    private readonly state: Pick<RasterizerState, keyof typeof DEFAULT>,
    private readonly window: Window,
    private readonly depthBias: DepthBias,
    private readonly targets: RenderTargets,
    private readonly pixels: PixelStage,
    private readonly budget: WorkBudget,
    private readonly clipped: { primitives: number },
    private readonly of: Pick<DrawnPrimitive, 'provoking' | 'id' | 'layer' | 'viewport'>,
  ) {}

  draw(vertices: readonly ClipVertex[]): void {
    if (vertices.length === 3) {
      this.#triangle(vertices);
    } else if (vertices.length === 2) {
      this.#line(vertices[0], vertices[1], true, 0);
    } else {
      this.#point(vertices[0], true);
    }
  }

  #triangle(vertices: readonly ClipVertex[]): void {
    const polygon = this.window.clipper.polygon(vertices);
    const corners = polygon.map((vertex) => this.#inWindow(vertex));
    if (corners.length < 3 || !corners.every(isFinitePlace)) {
      return;
    }
    this.clipped.primitives += corners.length - 2;
    const triangles = corners
      .slice(2)
      .map((corner, i): Triangle<WindowVertex> => [corners[0], corners[i + 1], corner]);
    const area = triangles.reduce((sum, [a, b, c]) => sum + doubleArea(a, b, c), 0);
    const { cullMode, fillMode, frontCounterClockwise } = this.state;
    const isFront = frontCounterClockwise === 0 ? area > 0 : area < 0;
    if (cullMode === (isFront ? SVGA3D_CULL.FRONT : SVGA3D_CULL.BACK)) {
      return;
    }
    if (fillMode === SVGA3D_FILLMODE.LINE || fillMode === SVGA3D_FILLMODE.POINT) {
      this.#outline(vertices, triangles, isFront);
      return;
    }
    for (const triangle of triangles) {
      this.#fill(triangle, isFront);
    }
  }

  #fill(triangle: Triangle<WindowVertex>, isFront: boolean): void {
    const [a, b, c] = triangle;
    const area = doubleArea(a, b, c);
    if (area === 0) {
      return;
    }
    const interpolation = Interpolation.triangle(triangle, area, this.depthBias.of(triangle, area));
    const clockwise: Triangle<WindowVertex> = area > 0 ? triangle : [a, c, b];
    const { samples } = this.targets;
    coverTriangle(clockwise, samples, this.window.bounds, this.budget, this.#sink(interpolation, isFront));
  }

  /** The edges, or the corners, of a triangle that is not filled. */
  #outline(
    vertices: readonly ClipVertex[],
    triangles: readonly Triangle<WindowVertex>[],
    isFront: boolean,
  ): void {
    if (this.state.fillMode === SVGA3D_FILLMODE.POINT) {
      for (const vertex of vertices) {
        this.#point(vertex, isFront);
      }
      return;
    }
    const [largest] = triangles.toSorted((a, b) => Math.abs(doubleArea(...b)) - Math.abs(doubleArea(...a)));
    const bias = this.depthBias.of(largest, doubleArea(...largest));
    for (let i = 0; i < 3; i++) {
      this.#line(vertices[i], vertices[(i + 1) % 3], isFront, bias);
    }
  }

  #line(from: ClipVertex, to: ClipVertex, isFront: boolean, depthBias: number): void {
    const clipped = this.window.clipper.line(from, to);
    if (clipped === undefined) {
      return;
    }
    const [a, b] = [this.#inWindow(clipped[0]), this.#inWindow(clipped[1])];
    if (isFinitePlace(a) && isFinitePlace(b)) {
      this.clipped.primitives += 1;
      const sink = this.#sink(Interpolation.line(a, b, depthBias), isFront);
      coverLine(a, b, this.targets.samples, this.window.bounds, this.budget, sink);
    }
  }

  #point(vertex: ClipVertex, isFront: boolean): void {
    const place = this.#inWindow(vertex);
    if (this.window.clipper.isInside(vertex) && isFinitePlace(place)) {
      this.clipped.primitives += 1;
      const sink = this.#sink(Interpolation.point(place), isFront);
      coverPoint(place, this.targets.samples, this.window.bounds, sink);
    }
  }

  #sink(interpolation: Interpolation, isFront: boolean): QuadSink {
    const { provoking, id, layer, viewport } = this.of;
    const { minDepth, maxDepth } = this.window.viewport;
    const [least, most] = [Math.min(minDepth, maxDepth), Math.max(minDepth, maxDepth)];
    const drawn = new DrawnPrimitive(interpolation, provoking, isFront, id, layer, viewport, least, most);
    return (x, y, masks) => this.pixels.quad(drawn, x, y, masks);
  }

  #inWindow(vertex: ClipVertex): WindowVertex {
    const { x, y, width, height, minDepth, maxDepth } = this.window.viewport;
    const inverseW = 1 / vertex.w;
    return {
      x: Math.round((x + (1 + vertex.x * inverseW) * 0.5 * width) * SUBPIXELS),
      y: Math.round((y + (1 - vertex.y * inverseW) * 0.5 * height) * SUBPIXELS),
      z: minDepth + vertex.z * inverseW * (maxDepth - minDepth),
      inverseW,
      values: vertex.values,
    };
  }
}

function isFinitePlace({ x, y, inverseW }: WindowVertex): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(inverseW);
}
