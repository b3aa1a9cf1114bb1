import { EVENT, NONE, NO_SURFACE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import { forEachPages, PAGE_BYTES, type SurfaceView } from './surface-view.js';

/** What a page can be; several at a time. */
export const STATE = { WRITTEN: 1, DIRTY: 2, UPLOADED: 4, GPU_DIRTY: 8, READ_BACK: 16 } as const;

/** Counts of each page, in the order of the columns of `PageStates.counts`. */
export const PAGE_COUNTS = ['written', 'dirty', 'uploaded', 'GPU-dirty', 'read back'] as const;

/** Bytes of all checkpoints together, and how many there are at most. */
const CHECKPOINT_BYTES = 64 * 2 ** 20;
const MOST_CHECKPOINTS = 64;

interface Checkpoint {
  readonly event: number;
  readonly state: Uint8Array;
  readonly counts: Uint32Array;
}

/**
 * The pages of a surface after any number of events. A step forwards applies its events; a jump, or a step back, starts
 * at the checkpoint before it: at most a sixty-fourth of the events is applied again.
 */
export class PageStates {
  /** `STATE` bits of each page. */
  readonly state: Uint8Array;
  /** Of each page `PAGE_COUNTS`, one after another. */
  readonly counts: Uint32Array;
  readonly #recording: Recording;
  readonly #surface: SurfaceView;
  readonly #spacing: number;
  readonly #checkpoints: Checkpoint[] = [];
  /** Events that are applied. */
  #at = 0;

  constructor(recording: Recording, surface: SurfaceView) {
    this.#recording = recording;
    this.#surface = surface;
    this.state = new Uint8Array(surface.pages);
    this.counts = new Uint32Array(surface.pages * PAGE_COUNTS.length);
    const bytes = this.state.byteLength + this.counts.byteLength;
    const checkpoints = Math.min(Math.max(Math.floor(CHECKPOINT_BYTES / bytes), 1), MOST_CHECKPOINTS);
    this.#spacing = Math.max(Math.ceil(recording.events.count / checkpoints), 1);
  }

  get at(): number {
    return this.#at;
  }

  /** Moves to the state after so many events. */
  moveTo(events: number): void {
    const checkpoint = this.#checkpoints.findLast(({ event }) => event <= events);
    if (events < this.#at || (checkpoint?.event ?? 0) > this.#at) {
      if (checkpoint === undefined) {
        this.state.fill(0);
        this.counts.fill(0);
      } else {
        this.state.set(checkpoint.state);
        this.counts.set(checkpoint.counts);
      }
      this.#at = checkpoint?.event ?? 0;
    }
    while (this.#at < events) {
      this.#apply(this.#at++);
      if (this.#at % this.#spacing === 0 && this.#at > (this.#checkpoints.at(-1)?.event ?? 0)) {
        this.#checkpoints.push({
          event: this.#at,
          state: this.state.slice(),
          counts: this.counts.slice(),
        });
      }
    }
  }

  #apply(event: number): void {
    const { kind, surface, a, b } = this.#recording.events;
    if (surface[event] !== this.#surface.index || surface[event] === NO_SURFACE) {
      return;
    }
    switch (kind[event]) {
      case EVENT.STORE:
        this.#mark(Math.floor(a[event] / PAGE_BYTES), Math.ceil(b[event] / PAGE_BYTES), 0, STATE.WRITTEN, 0);
        break;
      case EVENT.RANGE:
        this.#mark(a[event], b[event], 1, STATE.DIRTY, STATE.WRITTEN);
        break;
      case EVENT.CLEARED:
        this.#mark(a[event], b[event], NONE, 0, STATE.WRITTEN | STATE.DIRTY);
        break;
      case EVENT.TAKEN:
        this.#mark(0, this.#surface.pages, NONE, 0, STATE.WRITTEN | STATE.DIRTY);
        break;
      case EVENT.UPLOAD:
        this.#boxes(a[event], 2, STATE.UPLOADED, STATE.DIRTY | STATE.READ_BACK);
        break;
      case EVENT.WRITE:
        this.#boxes(a[event], 3, STATE.GPU_DIRTY, STATE.READ_BACK);
        break;
      case EVENT.READ_BACK: {
        const end = Math.ceil(b[event] / PAGE_BYTES);
        this.#mark(Math.floor(a[event] / PAGE_BYTES), end, 4, STATE.READ_BACK, STATE.GPU_DIRTY);
        break;
      }
      case EVENT.EVICTED:
        this.#mark(0, this.#surface.pages, NONE, 0, STATE.UPLOADED);
    }
  }

  #boxes(box: number, column: number, set: number, cleared: number): void {
    forEachPages(this.#surface, this.#recording.numbers, box, (start, end) =>
      this.#mark(start, end, column, set, cleared),
    );
  }

  #mark(start: number, end: number, column: number, set: number, cleared: number): void {
    const { state, counts } = this;
    const last = Math.min(end, state.length);
    for (let page = start; page < last; page++) {
      state[page] = (state[page] & ~cleared) | set;
      if (column !== NONE) {
        counts[page * PAGE_COUNTS.length + column]++;
      }
    }
  }
}
