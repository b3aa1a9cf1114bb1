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
  /** Whether `seenBy` may have flags. */
  hasFlags = false;
  /** All bytes with flags are in [start, end). */
  start = PAGE_SIZE;
  end = 0;

  /** A byte gets a value, so that readers with the flags see it. */
  add(at: number, value: number, flags: number): void {
    this.values[at] = value;
    this.seenBy[at] |= flags;
    this.hasFlags = true;
    this.start = at < this.start ? at : this.start;
    this.end = at < this.end ? this.end : at + 1;
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
      for (let at = this.nextFlagged(start, end); at < end; at = this.nextFlagged(at + 1, end)) {
        this.seenBy[at] = flags;
      }
    }
  }

  /** @returns whether a byte has flags */
  tidy(): boolean {
    this.hasFlags &&= this.nextFlagged(this.start, this.end) < this.end;
    if (!this.hasFlags) {
      this.start = PAGE_SIZE;
      this.end = 0;
    }
    return this.hasFlags;
  }

  /** The first byte from `from` on that has flags; `end` if there is none before. */
  nextFlagged(from: number, end: number): number {
    let at = Math.max(from, this.start);
    const last = Math.min(end, this.end);
    while (at < last && this.seenBy[at] === 0) {
      at += (at & 3) === 0 && this.#flagWords[at >>> 2] === 0 ? 4 : 1;
    }
    return at < last ? at : end;
  }

  /** The end of the flagged bytes from `from` on, which is one. */
  flaggedEnd(from: number, end: number): number {
    const last = Math.min(end, this.end);
    let at = from + 1;
    while (at < last && this.seenBy[at] !== 0) {
      at++;
    }
    return at;
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
