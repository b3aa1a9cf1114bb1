import type { PipelineState, RenderSurface, StreamOutput } from '@cg/svga-device';
import type { StreamElement } from '@cg/vgpu10-wgsl';
import { BUFFER_USAGE, MAP_READ } from '../gpu/flags.js';
import type { Recorder } from '../gpu/recorder.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';
import type { BufferSource } from './bind-groups.js';

const COUNTER_BYTES = 16;
const BUFFERS = 4;
let ids = 0;

/** Primitives that a draw has written, and those that it had to write. */
export interface StreamCount {
  readonly written: number;
  readonly needed: number;
}

/** The counts of a draw, on the GPU until they are asked for. */
export class StreamCounters {
  readonly source: BufferSource;
  #answer: Promise<StreamCount> | undefined;

  constructor(readonly recorder: Recorder) {
    const { STORAGE, COPY_SRC } = BUFFER_USAGE;
    const buffer = recorder.device.createBuffer({ size: COUNTER_BYTES, usage: STORAGE | COPY_SRC });
    this.source = { id: `s${ids++}`, buffer, size: COUNTER_BYTES };
  }

  read(): Promise<StreamCount> {
    this.#answer ??= this.#read();
    return this.#answer;
  }

  async #read(): Promise<StreamCount> {
    const { recorder } = this;
    const { COPY_DST, MAP_READ: mapRead } = BUFFER_USAGE;
    const mapped = recorder.device.createBuffer({ size: COUNTER_BYTES, usage: COPY_DST | mapRead });
    recorder.encoder().copyBufferToBuffer(this.source.buffer, 0, mapped, 0, COUNTER_BYTES);
    recorder.submit();
    await mapped.mapAsync(MAP_READ);
    const [written, needed] = new Uint32Array(mapped.getMappedRange());
    mapped.destroy();
    this.source.buffer.destroy();
    return { written, needed };
  }
}

/** How far a surface is filled, as only the GPU knows: `base` bytes and `unit` for each primitive that was written. */
interface Filling {
  readonly base: number;
  readonly unit: number;
  readonly counters: StreamCounters;
}

/** A buffer that a draw streams to. */
export interface StreamBuffer {
  readonly image: BufferImage;
  readonly begin: number;
  readonly end: number;
  readonly stride: number;
}

/** Where stream output goes, and how much there is. */
export class StreamOutputs {
  readonly #filling = new WeakMap<RenderSurface, Filling>();
  /** Hears of the counts of each draw. */
  listener: ((counters: StreamCounters) => void) | undefined;

  constructor(readonly images: ImageTable) {}

  /** Brings `streamedBytes` of a surface up to date. @returns undefined if it is */
  needed(surface: RenderSurface): Promise<void> | undefined {
    const filling = this.#filling.get(surface);
    if (filling === undefined) {
      return undefined;
    }
    return this.#fill(surface, filling);
  }

  async #fill(surface: RenderSurface, filling: Filling): Promise<void> {
    const { base, unit, counters } = filling;
    try {
      const { written } = await counters.read();
      if (this.#filling.get(surface) === filling) {
        surface.streamedBytes = base + unit * written;
      }
    } finally {
      // A count that is lost with its device is not asked for again.
      if (this.#filling.get(surface) === filling) {
        this.#filling.delete(surface);
      }
    }
  }

  /** What has to be known before a draw: how far buffers are filled that it appends to. */
  wait({ streamOutput }: PipelineState): Promise<unknown> | undefined {
    const waits = (streamOutput?.targets ?? [])
      .filter((target) => target?.appends === true)
      .map((target) => this.needed(target!.surface))
      .filter((needed) => needed !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  /** The buffers that a draw writes to. A surface that is bound twice is written once. */
  buffers({ layout, targets }: StreamOutput): (StreamBuffer | undefined)[] {
    const seen = new Set<RenderSurface>();
    return Array.from({ length: BUFFERS }, (_, i) => {
      const target = targets[i];
      const image = target && this.images.buffer(target.surface);
      const isWritten = layout.elements.some(({ buffer }) => buffer === i);
      if (target === undefined || image === undefined || !isWritten || seen.has(target.surface)) {
        return undefined;
      }
      seen.add(target.surface);
      const { streamedBytes = 0 } = target.surface;
      const begin = Math.floor((target.appends ? streamedBytes : target.offset) / 4) * 4;
      const end = Math.floor(Math.min(target.offset + target.size, image.bytes) / 4) * 4;
      return {
        image,
        begin,
        end: Math.max(begin, end),
        stride: Math.floor((layout.strides[i] ?? 0) / 4) * 4,
      };
    });
  }

  /** Notes what a draw has written. @param written undefined if only the counters know */
  note(
    buffers: readonly (StreamBuffer | undefined)[],
    corners: number,
    counters: StreamCounters,
    written?: number,
  ): void {
    for (const buffer of buffers) {
      if (buffer !== undefined) {
        const { image, begin, stride } = buffer;
        const unit = corners * Math.max(stride, 4);
        if (written === undefined) {
          this.#filling.set(image.surface, { base: begin, unit, counters });
        } else {
          this.#filling.delete(image.surface);
          image.surface.streamedBytes = begin + unit * written;
        }
        image.changed();
      }
    }
    this.listener?.(counters);
  }
}

/** The elements of a stream output whose buffers are bound, for a translation. */
export function streamElements(
  { layout }: StreamOutput,
  buffers: readonly (StreamBuffer | undefined)[],
): StreamElement[] {
  return layout.elements
    .filter(({ buffer }) => buffers[buffer] !== undefined)
    .map(({ buffer, register, mask }) => ({ buffer, register, mask }));
}

/** Primitives that there is room for. */
export function roomFor(
  buffers: readonly (StreamBuffer | undefined)[],
  elements: readonly StreamElement[],
  corners: number,
): number {
  let room = 0xffffffff;
  for (const which of new Set(elements.map(({ buffer }) => buffer))) {
    const { begin, end, stride } = buffers[which]!;
    room = Math.min(room, Math.floor((end - begin) / (corners * Math.max(stride, 4))));
  }
  return room;
}
