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
  #array: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 4096) {
    this.#array = new Uint8Array(capacity);
  }

  /** Room for so many more bytes, which the caller writes from the returned offset on in `bytes`. */
  grow(bytes: number): number {
    const start = this.length;
    this.length += bytes;
    if (this.length > this.#array.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.#array.length));
      larger.set(this.#array.subarray(0, start));
      this.#array = larger;
    }
    return start;
  }

  /** All of it, with room behind the end; valid until the next `grow`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#array;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#array.subarray(0, this.length);
  }
}
