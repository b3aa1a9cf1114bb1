import { viewOf } from '@cg/svga-protocol';
import type {
  BufferRange,
  DrawCall,
  PipelineState,
  ResourceView,
  ScissorRect,
  TargetView,
  VertexBuffer,
} from '../renderer/pipeline-state.js';
import type { RenderSurface } from '../renderer/render-surface.js';
import type { RendererCaps } from '../renderer/renderer-caps.js';
import type { DrawingRenderer, QueryResult, RenderQuery } from '../renderer/renderer.js';
import { constantPixel, coveringTriangle, passVertex, texelPixel } from './contract-shaders.js';

/** A renderer's bytes of a surface, as far as a subresource of them is needed. */
export interface DrawnBytes {
  /** All bytes of the surface, of which the subresource is current. */
  read(surface: RenderSurface, subresource: number): Uint8Array;
  /** The same; afterwards the subresource is the renderer's. */
  write(surface: RenderSurface, subresource: number): Uint8Array;
}

const TEXEL = 4;

function isSame(a: Uint32Array | undefined, b: Uint32Array): boolean {
  return a?.length === b.length && b.every((word, i) => a[i] === word);
}

/** A surface's bytes from an offset on, with zeros behind its end. */
function bytesAt(
  bytes: DrawnBytes,
  { surface, offset }: Pick<BufferRange, 'offset' | 'surface'>,
  length: number,
): Uint8Array {
  const found = new Uint8Array(length);
  found.set(bytes.read(surface, 0).subarray(offset, offset + length));
  return found;
}

/** Whether the vertices of a draw are those of the covering triangle. */
function covers(bytes: DrawnBytes, state: PipelineState, call: DrawCall): boolean {
  const [buffer] = state.vertexBuffers;
  if (call.vertexCount !== 3 || buffer === undefined) {
    return false;
  }
  const corners = indicesOf(bytes, state, call).map((index) => vertexAt(bytes, buffer, index));
  return corners.flat().every((value, i) => value === coveringTriangle[i]);
}

function indicesOf(bytes: DrawnBytes, { indexBuffer }: PipelineState, call: DrawCall): number[] {
  if (!call.indexed) {
    return [0, 1, 2].map((i) => call.firstVertex + i);
  }
  if (indexBuffer === undefined) {
    return [0, 0, 0];
  }
  const offset = indexBuffer.offset + call.firstVertex * indexBuffer.indexBytes;
  const indices = viewOf(bytesAt(bytes, { surface: indexBuffer.surface, offset }, 12));
  return [0, 1, 2].map((i) =>
    indexBuffer.indexBytes === 2 ? indices.getUint16(2 * i, true) : indices.getUint32(4 * i, true),
  );
}

function vertexAt(bytes: DrawnBytes, { surface, stride, offset }: VertexBuffer, index: number): number[] {
  const vertex = viewOf(bytesAt(bytes, { surface, offset: offset + index * stride }, 16));
  return [0, 4, 8, 12].map((at) => vertex.getFloat32(at, true));
}

/** The pixels that a draw covers. */
function area({ viewports, scissors, rasterizer }: PipelineState, target: TargetView): ScissorRect {
  const { width, height } = target.surface.layout.mips[target.mip];
  const [viewport] = viewports;
  const [scissor] = rasterizer?.scissorEnable === 1 ? scissors : [];
  return {
    left: Math.max(0, viewport.x, scissor?.left ?? 0),
    top: Math.max(0, viewport.y, scissor?.top ?? 0),
    right: Math.min(width, viewport.x + viewport.width, scissor?.right ?? width),
    bottom: Math.min(height, viewport.y + viewport.height, scissor?.bottom ?? height),
  };
}

type Pixel = (x: number, y: number) => Uint8Array;

/** The bytes of a pixel by its place. */
function pixelOf(bytes: DrawnBytes, { pixel }: PipelineState): Pixel | undefined {
  if (isSame(pixel?.shader.tokens, constantPixel)) {
    const color = colorOf(bytes, pixel?.constants[0]);
    return () => color;
  }
  const view = pixel?.views[0];
  return isSame(pixel?.shader.tokens, texelPixel) && view?.kind === 'texture'
    ? texels(bytes, view)
    : undefined;
}

function colorOf(bytes: DrawnBytes, constant: BufferRange | undefined): Uint8Array {
  const color = new Uint8Array(TEXEL);
  if (constant !== undefined) {
    const floats = viewOf(bytesAt(bytes, constant, Math.min(constant.size, 16)));
    [8, 4, 0, 12].forEach((at, i) => {
      color[i] = at + 4 <= floats.byteLength ? Math.round(255 * floats.getFloat32(at, true)) : 0;
    });
  }
  return color;
}

function texels(
  bytes: DrawnBytes,
  { surface, firstMip, firstLayer }: ResourceView & { kind: 'texture' },
): Pixel {
  const { layout } = surface;
  const subresource = firstLayer * layout.mips.length + firstMip;
  const image = bytes.read(surface, subresource).slice();
  const { width, height, rowStride } = layout.mips[firstMip];
  const nothing = new Uint8Array(TEXEL);
  return (x, y) => {
    const at = layout.offsetOf(subresource) + y * rowStride + x * TEXEL;
    return x < width && y < height ? image.subarray(at, at + TEXEL) : nothing;
  };
}

/**
 * Draws what the contract's guest draws: triangles that cover everything, with the shaders of the contract, on bytes.
 * @returns the number of pixels
 */
export function drawOnBytes(bytes: DrawnBytes, state: PipelineState, call: DrawCall): number {
  const [target] = state.targets;
  if (target === undefined || !isSame(state.vertex.shader.tokens, passVertex)) {
    return 0;
  }
  const pixel = covers(bytes, state, call) ? pixelOf(bytes, state) : undefined;
  if (pixel === undefined) {
    return 0;
  }
  const { left, top, right, bottom } = area(state, target);
  const { layout } = target.surface;
  const subresource = target.firstLayer * layout.mips.length + target.mip;
  const image = bytes.write(target.surface, subresource);
  for (let sheet = 0; sheet < layout.samples; sheet++) {
    const start = sheet * layout.sheetBytes + layout.offsetOf(subresource);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        image.set(pixel(x, y), start + y * layout.mips[target.mip].rowStride + x * TEXEL);
      }
    }
  }
  return Math.max(right - left, 0) * Math.max(bottom - top, 0);
}

/** Capabilities of a renderer that says yes to everything. */
export const everything: RendererCaps = {
  maxTextureSize: 8192,
  maxVolumeSize: 2048,
  maxLayers: 256,
  multisample4: true,
  format: () => ({ sample: true, color: true, blend: true, depth: true, vertex: true, multisample: true }),
};

/** Queries of covered pixels. */
export class PixelQueries {
  readonly #pixels = new Map<RenderQuery, number>();

  begin(query: RenderQuery): void {
    this.#pixels.set(query, 0);
  }

  /** @param queries those that count the draw; all if absent */
  drawn(pixels: number, queries: Iterable<RenderQuery> = this.#pixels.keys()): void {
    for (const query of queries) {
      const before = this.#pixels.get(query);
      if (before !== undefined) {
        this.#pixels.set(query, before + pixels);
      }
    }
  }

  /** As the result of an occlusion predicate. */
  end(query: RenderQuery): QueryResult {
    const pixels = this.#pixels.get(query);
    this.#pixels.delete(query);
    return pixels === undefined ? undefined : [Math.min(pixels, 1)];
  }
}

/** The renderer that others are compared with: it draws on the device's own bytes, at once. */
export class ReferenceDraws implements DrawingRenderer {
  readonly caps = everything;
  readonly #queries = new PixelQueries();
  readonly #bytes: DrawnBytes = { read: imageOf, write: imageOf };

  draw(state: PipelineState, call: DrawCall, queries?: readonly RenderQuery[]): undefined {
    this.#queries.drawn(drawOnBytes(this.#bytes, state, call), queries);
  }

  beginQuery(query: RenderQuery): void {
    this.#queries.begin(query);
  }

  endQuery(query: RenderQuery): QueryResult {
    return this.#queries.end(query);
  }

  clear(): boolean {
    return false;
  }

  copy(): boolean {
    return false;
  }

  imageWritten(): void {}

  imageNeeded(): undefined {}

  surfaceDropped(): void {}

  reset(): void {}
}

function imageOf({ layout, ownImage }: RenderSurface): Uint8Array {
  return ownImage ?? new Uint8Array(layout.bytes);
}
