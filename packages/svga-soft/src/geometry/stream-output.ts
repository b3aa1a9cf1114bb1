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

/** Writes primitives to stream output buffers, whole ones in all of them, as far as there is room. */
export class StreamWriter implements PrimitiveSink {
  written = 0;
  needed = 0;
  readonly #streams: readonly Stream[];

  constructor(output: StreamOutput) {
    this.#streams = streamsOf(output);
  }

  primitive(vertices: readonly ShadedVertex[]): void {
    const streams = this.#streams;
    if (streams.length === 0) {
      return;
    }
    this.needed++;
    if (streams.some(({ next, stride, end }) => next + vertices.length * stride > end)) {
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
      surface.streamedBytes = next;
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

/** The buffers that the layout writes to. */
function streamsOf({ layout, targets }: StreamOutput): Stream[] {
  const streams: Stream[] = [];
  for (let buffer = 0; buffer < MOST_BUFFERS; buffer++) {
    const target = targets[buffer];
    if (target !== undefined && layout.elements.some((element) => element.buffer === buffer)) {
      const { surface, offset, size, appends } = target;
      const image = surface.ownImage ?? NOTHING;
      streams.push({
        surface,
        image,
        end: Math.min(offset + size, image.length),
        stride: Math.max(layout.strides[buffer] ?? 0, LEAST_STRIDE),
        words: wordsOf(layout, buffer),
        next: appends ? (surface.streamedBytes ?? 0) : offset,
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
