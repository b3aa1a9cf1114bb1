/** Pieces per array, as a power of 2. */
const CHUNK_SHIFT = 13;
const CHUNK = 2 ** CHUNK_SHIFT;
/** Numbers per piece. */
const FIELDS = 3;

/**
 * Pieces of a file, in flat arrays of numbers: there may be two million of them. Each is a range of the file that
 * they form, and the place of its bytes. A piece that continues the last one, in both, is merged into it.
 */
export class Pieces {
  length = 0;
  /** Arrays of one size: growing one would hold it twice during the copy. */
  readonly #chunks: Float64Array[] = [];

  start(index: number): number {
    return this.#chunks[index >>> CHUNK_SHIFT][(index % CHUNK) * FIELDS];
  }

  end(index: number): number {
    return this.#chunks[index >>> CHUNK_SHIFT][(index % CHUNK) * FIELDS + 1];
  }

  /** Offset of the byte at `start` in the file with the bytes. */
  from(index: number): number {
    return this.#chunks[index >>> CHUNK_SHIFT][(index % CHUNK) * FIELDS + 2];
  }

  push(start: number, end: number, from: number): void {
    const last = this.length - 1;
    if (last >= 0 && this.end(last) === start && this.from(last) + (start - this.start(last)) === from) {
      this.#chunks[last >>> CHUNK_SHIFT][(last % CHUNK) * FIELDS + 1] = end;
      return;
    }
    const at = (this.length % CHUNK) * FIELDS;
    if (at === 0) {
      this.#chunks.push(new Float64Array(CHUNK * FIELDS));
    }
    const chunk = this.#chunks[this.length >>> CHUNK_SHIFT];
    chunk[at] = start;
    chunk[at + 1] = end;
    chunk[at + 2] = from;
    this.length++;
  }
}
