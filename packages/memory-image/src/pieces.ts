const FIRST_CAPACITY = 64;
/** Numbers of a piece. */
const FIELDS = 3;

/**
 * Pieces of a file, in numbers side by side: there may be two million of them. Each is a range of the file that
 * they make up, and where its bytes come from. A piece that continues the last one, in both, becomes part of it.
 */
export class Pieces {
  length = 0;
  #numbers = new Float64Array(FIRST_CAPACITY * FIELDS);

  start(index: number): number {
    return this.#numbers[index * FIELDS];
  }

  end(index: number): number {
    return this.#numbers[index * FIELDS + 1];
  }

  /** Offset, in the file that holds the bytes, of the byte at `start`. */
  from(index: number): number {
    return this.#numbers[index * FIELDS + 2];
  }

  push(start: number, end: number, from: number): void {
    const last = this.length - 1;
    if (last >= 0 && this.end(last) === start && this.from(last) + (start - this.start(last)) === from) {
      this.#numbers[last * FIELDS + 1] = end;
      return;
    }
    if ((this.length + 1) * FIELDS > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set([start, end, from], this.length * FIELDS);
    this.length++;
  }
}
