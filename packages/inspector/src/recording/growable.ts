/** An array of 32-bit numbers that grows. */
export class GrowableU32 {
  #array: Uint32Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 1024) {
    this.#array = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  set(index: number, value: number): void {
    this.#array[index] = value;
  }

  /** The numbers so far: valid until the next `push`. */
  view(): Uint32Array<ArrayBuffer> {
    return this.#array.subarray(0, this.length);
  }
}

/** Bytes that grow. */
export class GrowableBytes {
  #words: Uint32Array<ArrayBuffer>;
  #array: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 4096) {
    this.#words = new Uint32Array(Math.ceil(capacity / 4));
    this.#array = new Uint8Array(this.#words.buffer);
  }

  /** Room for so many more bytes, which the caller writes from the returned offset on in `bytes` or `words`. */
  grow(bytes: number): number {
    const start = this.length;
    this.length += bytes;
    if (this.length > this.#array.length) {
      const old = this.#array.subarray(0, start);
      this.#words = new Uint32Array(Math.ceil(Math.max(this.length, 2 * this.#array.length) / 4));
      this.#array = new Uint8Array(this.#words.buffer);
      this.#array.set(old);
    }
    return start;
  }

  /** All of it, with room behind the end; valid until the next `grow`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#array;
  }

  /** The same bytes, as words. */
  get words(): Uint32Array<ArrayBuffer> {
    return this.#words;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#array.subarray(0, this.length);
  }
}
