import type { StageName, Translation } from '@cg/vgpu10-wgsl';
import { bufferEnd } from '@cg/svga-device';
import type { ArenaPlace } from '../gpu/arena.js';
import type { Recorder } from '../gpu/recorder.js';
import type { PlannedDraw } from './planned-draw.js';
import type { StageResources } from './stage-resources.js';
import type { StreamDraws } from './stream-draws.js';
import type { VertexInputs } from './vertex-inputs.js';

/** What the constants of a draw are made of. */
export interface WordsOfDraw {
  readonly draw: PlannedDraw;
  readonly translation: Translation;
  /** Where the indices are that were listed. */
  readonly list: ArenaPlace | undefined;
  readonly firstPrimitive: number;
  readonly instances: number;
  /** As `shownOf` makes it, like the viewport. */
  readonly layer: number;
  readonly viewport: number;
  /** The number of the primitive, of all instances, with which a dispatch of stream output begins. */
  readonly firstStreamed?: number;
}

/** The constants of draws themselves: where their vertices are, what of them is drawn. */
export class DrawWords {
  #words = new Uint32Array(256);
  #lastRows = 0;
  #lastSerial = 0;
  #place: ArenaPlace | undefined;

  constructor(
    readonly recorder: Recorder,
    readonly stages: Readonly<Record<StageName, StageResources>>,
    readonly inputs: VertexInputs,
    readonly streams: StreamDraws,
  ) {}

  /** Puts the draw's constants into the arena, unless they are those of the draw before. */
  place({
    draw: { state, call, plan },
    translation: { draw },
    list,
    firstPrimitive,
    instances,
    layer,
    viewport,
    firstStreamed = 0,
  }: WordsOfDraw): ArenaPlace {
    const { recorder } = this;
    const length = 4 * draw.rows;
    const from = this.#lastRows === length && this.#lastSerial === recorder.serial ? length : 0;
    if (this.#words.length < 2 * length) {
      this.#words = new Uint32Array(2 * length);
    }
    const words = this.#words;
    words.fill(0, from, from + length);
    words[from] = call.indexed ? call.baseVertex : call.firstVertex;
    words[from + 1] = call.firstInstance;
    words[from + 2] = plan.count;
    words[from + 3] = instances;
    words[from + 6] = layer;
    words[from + 7] = viewport;
    if (list !== undefined) {
      words[from + 4] = list.offset;
      words[from + 5] = plan.count;
    } else if (plan.indices !== undefined) {
      const { offset, indexBytes } = plan.indices;
      const start = offset + call.firstVertex * indexBytes;
      words[from + 4] = start;
      words[from + 5] = Math.max(0, Math.floor((bufferEnd(plan.indices) - start) / indexBytes));
    }
    this.inputs.writeRows(state, draw.attributes, words, from);
    for (const { stage, slot, row } of draw.buffers) {
      const bound = this.stages[stage].views[slot];
      if (bound !== undefined && 'buffer' in bound) {
        words[from + 4 * row] = bound.offset;
        words[from + 4 * row + 1] = bound.elements;
      }
    }
    if (draw.primitives !== undefined) {
      words[from + 4 * draw.primitives] = firstPrimitive;
    }
    if (draw.streams !== undefined) {
      this.streams.writeRows(words, from + 4 * draw.streams, firstStreamed);
    }
    if (from > 0) {
      let i = 0;
      while (i < length && words[i] === words[from + i]) {
        i++;
      }
      if (i === length) {
        return this.#place!;
      }
      words.copyWithin(0, from, from + length);
    }
    const place = recorder.arena.allocate(4 * length);
    place.chunk.words.set(words.subarray(0, length), place.offset / 4);
    this.#lastRows = length;
    this.#lastSerial = recorder.serial;
    this.#place = place;
    return place;
  }
}
