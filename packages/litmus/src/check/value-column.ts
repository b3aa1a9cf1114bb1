import { PAGE_SIZE } from '@cg/pagetable';

/** Which readers may see an allowed value of a byte besides the last one written. */
export const SEEN_BY = {
  /** All readers: it counts as newest. Two images differ, and either may be read back to memory. */
  ANYONE: 1,
  /** The device, in every surface but the byte's owner, until a CPU has loaded the byte. */
  ALIASES: 2,
} as const;

/**
 * One more allowed value of each byte of a page, and the readers that may see it. A byte's set of allowed values is a
 * row of such columns; a column without readers at a byte has no value there.
 */
export class ValueColumn {
  readonly values = new Uint8Array(PAGE_SIZE);
  readonly seenBy = new Uint8Array(PAGE_SIZE);
  /** The same by word: most bytes have no flags. */
  readonly #flagWords = new Uint32Array(this.seenBy.buffer);
  /** When the value was replaced: submissions that began before may see it as well. 0: it was not. */
  readonly until = new Uint32Array(PAGE_SIZE);
  /** The surface that replaced it on the device, or CPU: its own accesses are in order, so it does not see it. */
  readonly by = new Uint8Array(PAGE_SIZE);
  /** The last `until`. */
  lastUntil = 0;
  /** Whether `seenBy` may have flags. */
  hasFlags = false;
  /** All bytes with a value are in [start, end). */
  start = PAGE_SIZE;
  end = 0;

  has(at: number): boolean {
    return this.seenBy[at] !== 0 || this.until[at] !== 0;
  }

  /** Whether no byte of a range has a value. */
  isFree(start: number, end: number): boolean {
    for (let at = Math.max(start, this.start); at < Math.min(end, this.end); at++) {
      if (this.has(at)) {
        return false;
      }
    }
    return true;
  }

  /** Bytes get a value, so that readers with the flags see it. */
  add(at: number, value: number, flags: number): void {
    this.values[at] = value;
    this.seenBy[at] |= flags;
    this.hasFlags = true;
    this.#extend(at, at + 1);
  }

  /** Bytes get the values that are being replaced. */
  addReplaced(start: number, values: Uint8Array, by: number, time: number): void {
    const end = start + values.length;
    this.values.set(values, start);
    this.until.fill(time, start, end);
    this.by.fill(by, start, end);
    this.lastUntil = time;
    this.#extend(start, end);
  }

  /**
   * Values with flags are being replaced.
   * @param other called for a value that was replaced before, by another writer
   */
  replaceFlagged(
    start: number,
    end: number,
    by: number,
    time: number,
    other: (at: number, value: Uint8Array) => void,
  ): void {
    this.lastUntil = time;
    for (let at = this.#nextFlagged(start, end); at < end; at = this.#nextFlagged(at + 1, end)) {
      if (this.until[at] === 0) {
        this.until[at] = time;
        this.by[at] = by;
      } else {
        other(at, this.values.subarray(at, at + 1));
      }
    }
  }

  #extend(start: number, end: number): void {
    this.start = Math.min(this.start, start);
    this.end = Math.max(this.end, end);
  }

  clearFlags(start: number, end: number): void {
    if (this.hasFlags && end - start === 1) {
      this.seenBy[start] = 0;
    } else if (this.hasFlags) {
      this.seenBy.fill(0, start, end);
      this.hasFlags = start > this.start || end < this.end;
    }
  }

  /** Flags that are not 0 become others. */
  changeFlags(start: number, end: number, flags: number): void {
    if (this.hasFlags) {
      for (let at = this.#nextFlagged(start, end); at < end; at = this.#nextFlagged(at + 1, end)) {
        this.seenBy[at] = flags;
      }
    }
  }

  /** No submission from before a time is under way. @returns whether a byte has a value left */
  forget(since: number): boolean {
    if (this.lastUntil < since) {
      this.until.fill(0, this.start, this.end);
      this.lastUntil = 0;
    }
    this.hasFlags &&= this.#nextFlagged(this.start, this.end) < this.end;
    if (this.hasFlags || this.lastUntil > 0) {
      return true;
    }
    this.start = PAGE_SIZE;
    this.end = 0;
    return false;
  }

  /** The first byte from `from` on that has flags; `end` if there is none before. */
  #nextFlagged(from: number, end: number): number {
    let at = Math.max(from, this.start);
    const last = Math.min(end, this.end);
    while (at < last && this.seenBy[at] === 0) {
      at += (at & 3) === 0 && this.#flagWords[at >>> 2] === 0 ? 4 : 1;
    }
    return at < last ? at : end;
  }
}

/** Columns without values. */
const spare: ValueColumn[] = [];

export function newColumn(): ValueColumn {
  return spare.pop() ?? new ValueColumn();
}

/** A column without values is used again: making one takes as long as checking a page. */
export function dropColumn(column: ValueColumn): void {
  spare.push(column);
}
