/** Numbers of a record: its first byte, its end, when it was replaced, by whom, and the position of its first value. */
const FIELDS = 5;

/**
 * The values of bytes that were replaced while submissions are under way, which may see them: a record for each
 * replaced run. Times ascend.
 */
export class ReplacedValues {
  #records: number[] = [];
  #values = new Uint8Array(0);
  /** The position of the first byte of `#values`: positions count all values ever added. */
  #base = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /**
   * Bytes `[start, end)` of a content are being replaced.
   * @param values has their values, the first one at `from`
   * @param by the surface that is written on the device, or CPU
   */
  add(start: number, end: number, by: number, time: number, values: Uint8Array, from: number): void {
    const length = end - start;
    const at = this.#end - this.#base;
    if (at + length > this.#values.length) {
      const longer = new Uint8Array(Math.max(4096, 2 * (at + length)));
      longer.set(this.#values.subarray(0, at));
      this.#values = longer;
    }
    this.#values.set(values.subarray(from, from + length), at);
    this.#records.push(start, end, time, by, this.#end);
    this.#end += length;
  }

  /**
   * Whether a reader may see a value of a byte. Its own accesses are in order: it sees nothing from before a write of
   * its own.
   * @param since when the reading submission began
   */
  allows(place: number, value: number, reader: number, since: number): boolean {
    const records = this.#records;
    for (let i = records.length - FIELDS; i >= 0 && records[i + 2] >= since; i -= FIELDS) {
      const start = records[i];
      if (place >= start && place < records[i + 1]) {
        if (records[i + 3] === reader) {
          return false;
        }
        if (this.#values[records[i + 4] + place - start - this.#base] === value) {
          return true;
        }
      }
    }
    return false;
  }

  /** Only submissions that began at a time or later are under way: drops what was replaced before. */
  forget(since: number): void {
    const records = this.#records;
    let first = 0;
    while (first < records.length && records[first + 2] < since) {
      first += FIELDS;
    }
    if (first === records.length) {
      records.length = 0;
      this.#base = this.#end;
    } else if (first > 0) {
      const position = records[first + 4];
      this.#values.copyWithin(0, position - this.#base, this.#end - this.#base);
      this.#base = position;
      records.splice(0, first);
    }
  }
}
