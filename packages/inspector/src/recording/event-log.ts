import { NONE, NO_SURFACE, type EventKind } from './event-kind.js';

/** Events as columns; see `EVENT` for what they hold. */
export interface EventColumns {
  readonly count: number;
  readonly kind: Uint8Array;
  readonly lane: Uint8Array;
  readonly surface: Uint16Array;
  readonly until: Uint32Array;
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly c: Uint32Array;
}

/** A log of events in columns that grow together. */
export class EventLog {
  #capacity = 4096;
  #columns = columnsOf(this.#capacity);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @returns the index of the new event */
  push(kind: EventKind, lane: number, surface = NO_SURFACE, a = 0, b = NONE, c = 0): number {
    const at = this.#count;
    if (at === this.#capacity) {
      this.#grow();
    }
    const columns = this.#columns;
    columns.kind[at] = kind;
    columns.lane[at] = lane;
    columns.surface[at] = surface;
    columns.until[at] = at;
    columns.a[at] = a;
    columns.b[at] = b;
    columns.c[at] = c;
    this.#count = at + 1;
    return at;
  }

  /** The event is over now. */
  end(at: number): void {
    this.#columns.until[at] = this.#count;
  }

  setC(at: number, c: number): void {
    this.#columns.c[at] = c;
  }

  /** The events so far: valid until the next `push`. */
  view(): EventColumns {
    const { kind, lane, surface, until, a, b, c } = this.#columns;
    const count = this.#count;
    return {
      count,
      kind: kind.subarray(0, count),
      lane: lane.subarray(0, count),
      surface: surface.subarray(0, count),
      until: until.subarray(0, count),
      a: a.subarray(0, count),
      b: b.subarray(0, count),
      c: c.subarray(0, count),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    const larger = columnsOf(this.#capacity);
    const old = this.#columns;
    larger.kind.set(old.kind);
    larger.lane.set(old.lane);
    larger.surface.set(old.surface);
    larger.until.set(old.until);
    larger.a.set(old.a);
    larger.b.set(old.b);
    larger.c.set(old.c);
    this.#columns = larger;
  }
}

function columnsOf(capacity: number) {
  return {
    kind: new Uint8Array(capacity),
    lane: new Uint8Array(capacity),
    surface: new Uint16Array(capacity),
    until: new Uint32Array(capacity),
    a: new Uint32Array(capacity),
    b: new Uint32Array(capacity),
    c: new Uint32Array(capacity),
  };
}
