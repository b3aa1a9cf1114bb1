import type { SubresourceBox, SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { EVENT, NONE, NO_SURFACE, type EventKind } from './event-kind.js';
import { EventLog } from './event-log.js';
import { GrowableU32 } from './growable.js';
import { newCounts, type Counts, type RecordedSurface } from './recording.js';
import type { NamedSurface } from './surface-directory.js';

/** The most surfaces of a recording. */
const MOST_SURFACES = 256;
/** The most texts of it, other than names of commands. */
const MOST_TEXTS = 65_536;

/** A recorded surface, and its layout. */
export interface LoggedSurface {
  readonly index: number;
  readonly layout: SurfaceLayout;
  readonly counts: Counts;
  hasPicture: boolean;
  /** The recorded image is the one that the device had last. */
  isFollowed: boolean;
}

/** Writes events into columns, up to a limit, and counts all of them. */
export class LogWriter {
  readonly log = new EventLog();
  readonly numbers = new GrowableU32();
  readonly texts: string[] = [];
  readonly total = newCounts();
  readonly limits: string[] = [];
  readonly #surfaces = new Map<string, LoggedSurface>();
  readonly #recorded: { readonly name: string; readonly surface: LoggedSurface }[] = [];
  readonly #textIndex = new Map<string, number>();
  #isFull = false;
  /** The first step has begun: what comes before is recorded, and not counted. */
  isCounting = false;

  constructor(readonly maxEvents: number) {}

  get isFull(): boolean {
    return this.#isFull;
  }

  /** @returns the index of the event, or NONE where the recording is full */
  push(kind: EventKind, lane: number, surface = NO_SURFACE, a = 0, b = NONE, c = 0): number {
    if (this.log.count >= this.maxEvents) {
      if (!this.#isFull) {
        this.#isFull = true;
        this.limits.push(`the events end here, after ${this.maxEvents.toLocaleString('en-US')} of them`);
      }
      return NONE;
    }
    return this.log.push(kind, lane, surface, a, b, c);
  }

  end(event: number): void {
    if (event !== NONE) {
      this.log.end(event);
    }
  }

  /** Index of a text. */
  text(text: string): number {
    let index = this.#textIndex.get(text);
    if (index === undefined) {
      if (this.texts.length >= MOST_TEXTS) {
        return NONE;
      }
      index = this.texts.push(text) - 1;
      this.#textIndex.set(text, index);
    }
    return index;
  }

  /** The surface of this name, which it has from now on; undefined beyond the limit. */
  surface({ name, layout }: NamedSurface, hasPicture: boolean): LoggedSurface | undefined {
    const known = this.#surfaces.get(name);
    if (known !== undefined && known.layout.bytes === layout.bytes) {
      return known;
    }
    if (this.#recorded.length >= MOST_SURFACES) {
      return undefined;
    }
    const index = this.#recorded.length;
    const added = { index, layout, counts: newCounts(), hasPicture, isFollowed: false };
    this.#surfaces.set(name, added);
    this.#recorded.push({ name, surface: added });
    return added;
  }

  /** Place of a box in `numbers`. */
  box(subresource: number, { x, y, z, width, height, depth }: SurfaceBox): number {
    const at = this.numbers.length;
    if (!this.#isFull) {
      for (const number of [subresource, x, y, z, width, height, depth]) {
        this.numbers.push(number);
      }
    }
    return at;
  }

  /** Place of a box, or NONE for all of a surface. */
  boxOrAll(box: SubresourceBox | undefined): number {
    return box === undefined ? NONE : this.box(box.subresource, box);
  }

  /** Place of page ranges, with their count first. */
  ranges(found: readonly (readonly [number, number])[]): number {
    const at = this.numbers.length;
    if (!this.#isFull) {
      this.numbers.push(found.length);
      for (const [start, end] of found) {
        this.numbers.push(start);
        this.numbers.push(end);
      }
    }
    return at;
  }

  /** Adds to a counter of the run, and of a surface. */
  count(what: keyof Counts, by: number, counts?: Counts): void {
    if (this.isCounting) {
      this.total[what] += by;
      if (counts !== undefined) {
        counts[what] += by;
      }
    }
  }

  recorded(): { surfaces: RecordedSurface[]; counts: Counts[] } {
    return {
      surfaces: this.#recorded.map(({ name, surface: { layout, hasPicture } }) => ({
        name,
        description: layout.description,
        hasPicture,
      })),
      counts: this.#recorded.map(({ surface }) => surface.counts),
    };
  }

  /** A step begins. */
  step(number: number, text: string | undefined): void {
    this.push(EVENT.STEP, 0, NO_SURFACE, number, text === undefined ? NONE : this.text(text));
  }
}
