import type { RenderSurface, StreamOutput } from '@cg/svga-device';
import type { PrimitiveSink, ShadedVertex } from '../shaded-vertex.js';

const MOST_BUFFERS = 4;
/** The least distance of vertices, so that a stride of 0 has an end. */
const LEAST_STRIDE = 4;
const NOTHING = new Uint8Array(0);

/** A word of a vertex that goes to a buffer. */
interface StreamedWord {
  /** Of the registers of a vertex. */
  readonly from: number;
  /** Bytes from the start of the vertex in the buffer. */
  readonly to: number;
}

/** A buffer that is written. */
interface Stream {
  readonly surface: RenderSurface;
  readonly image: Uint8Array;
  readonly end: number;
  readonly stride: number;
  readonly words: readonly StreamedWord[];
  /** The byte where the next vertex goes. */
  next: number;
}

/** How far stream output has written to each surface, in bytes: for targets that append, and for DRAW_AUTO. */
export class StreamEnds {
  readonly #ends = new WeakMap<RenderSurface, number>();

  of(surface: RenderSurface): number {
    return this.#ends.get(surface) ?? 0;
  }

  set(surface: RenderSurface, end: number): void {
    this.#ends.set(surface, end);
  }
}

/** Writes primitives to stream output buffers, whole ones in all of them, as far as there is room. */
export class StreamWriter implements PrimitiveSink {
  written = 0;
  needed = 0;
  readonly #streams: readonly Stream[];

  constructor(
    output: StreamOutput,
    private readonly ends: StreamEnds,
  ) {
    this.#streams = streamsOf(output, ends);
  }

  primitive(vertices: readonly ShadedVertex[]): void {
    this.needed++;
    const streams = this.#streams;
    if (
      streams.length === 0 ||
      streams.some(({ next, stride, end }) => next + vertices.length * stride > end)
    ) {
      return;
    }
    this.written++;
    for (const stream of streams) {
      for (const { words } of vertices) {
        for (const { from, to } of stream.words) {
          writeWord(stream, stream.next + to, from < words.length ? words[from] : 0);
        }
        stream.next += stream.stride;
      }
    }
  }

  /** Notes how far the buffers are written. */
  finish(): void {
    for (const { surface, next } of this.#streams) {
      this.ends.set(surface, next);
    }
  }
}

function writeWord({ image, end }: Stream, at: number, word: number): void {
  if (at + 4 <= end) {
    image[at] = word;
    image[at + 1] = word >>> 8;
    image[at + 2] = word >>> 16;
    image[at + 3] = word >>> 24;
  }
}

function streamsOf({ layout, targets }: StreamOutput, ends: StreamEnds): Stream[] {
  const streams: Stream[] = [];
  for (let buffer = 0; buffer < MOST_BUFFERS; buffer++) {
    const target = targets[buffer];
    if (target !== undefined) {
      const { surface, offset, size, appends } = target;
      const image = surface.ownImage ?? NOTHING;
      streams.push({
        surface,
        image,
        end: Math.min(offset + size, image.length),
        stride: Math.max(layout.strides[buffer] ?? 0, LEAST_STRIDE),
        words: wordsOf(layout, buffer),
        next: appends ? ends.of(surface) : offset,
      });
    }
  }
  return streams;
}

function wordsOf({ elements }: StreamOutput['layout'], buffer: number): StreamedWord[] {
  const words: StreamedWord[] = [];
  let to = 0;
  for (const element of elements) {
    for (let component = 0; component < 4; component++) {
      if (element.buffer === buffer && ((element.mask >>> component) & 1) === 1) {
        if (element.register !== undefined) {
          words.push({ from: 4 * element.register + component, to });
        }
        to += 4;
      }
    }
  }
  return words;
}
