import { MemoryImageError } from './errors.js';

// LZO1X, as lzo1x_decompress_safe reads it (Linux, Documentation/staging/lzo.rst describes the stream). No
// npm package does this without a native addon or an asynchronous start.

/** Distances of the instructions, in bytes; a match repeats the bytes that far back. */
const M2_LARGE_DISTANCE = 0x801;
const M4_DISTANCE = 0x4000;

/**
 * Decompresses one block, which fills `into`.
 * @throws MemoryImageError EBADMSG for a block that is damaged or has another length
 */
export function lzoDecompress(block: Uint8Array, into: Uint8Array): void {
  new LzoReader(block, into).run();
}

class LzoReader {
  readonly #in: Uint8Array;
  readonly #out: Uint8Array;
  #at = 0;
  #to = 0;

  constructor(block: Uint8Array, into: Uint8Array) {
    this.#in = block;
    this.#out = into;
  }

  run(): void {
    /**
     * Literals that the last instruction copied: 0 to 3, or 4 for a run; they determine the meaning of a small byte.
     */
    let state = 0;
    if (this.#in.length > 0 && this.#in[0] > 17) {
      const count = this.#next() - 17;
      this.#literals(count);
      state = Math.min(count, 4);
    }
    for (;;) {
      const code = this.#next();
      if (code < 16) {
        if (state === 0) {
          this.#literals(code === 0 ? 15 + this.#long() + 3 : code + 3);
          state = 4;
          continue;
        }
        const distance = (this.#next() << 2) + (code >> 2);
        const isBehindRun = state === 4;
        this.#match(distance + (isBehindRun ? M2_LARGE_DISTANCE : 1), isBehindRun ? 3 : 2);
        state = code & 3;
      } else if (code < 32) {
        const length = (code & 7) === 0 ? 7 + this.#long() : code & 7;
        const word = this.#next() | (this.#next() << 8);
        const distance = ((code & 8) << 11) + (word >> 2);
        if (distance === 0) {
          this.#finish(length);
          return;
        }
        this.#match(distance + M4_DISTANCE, length + 2);
        state = word & 3;
      } else if (code < 64) {
        const length = (code & 31) === 0 ? 31 + this.#long() : code & 31;
        const word = this.#next() | (this.#next() << 8);
        this.#match((word >> 2) + 1, length + 2);
        state = word & 3;
      } else {
        const length = code < 128 ? 3 + ((code >> 5) & 1) : 5 + ((code >> 5) & 3);
        this.#match((this.#next() << 3) + ((code >> 2) & 7) + 1, length);
        state = code & 3;
      }
      this.#literals(state);
    }
  }

  #next(): number {
    if (this.#at >= this.#in.length) {
      throw damaged('the block ends inside an instruction');
    }
    return this.#in[this.#at++];
  }

  /** A length in bytes: 255 for each zero byte, plus the byte after them. */
  #long(): number {
    let length = 0;
    let byte = this.#next();
    while (byte === 0) {
      length += 255;
      byte = this.#next();
    }
    return length + byte;
  }

  #literals(count: number): void {
    if (this.#at + count > this.#in.length || this.#to + count > this.#out.length) {
      throw damaged(`${count} literals have no room`);
    }
    this.#out.set(this.#in.subarray(this.#at, this.#at + count), this.#to);
    this.#at += count;
    this.#to += count;
  }

  #match(distance: number, count: number): void {
    if (distance > this.#to || this.#to + count > this.#out.length) {
      throw damaged(`${count} bytes from ${distance} back have no room`);
    }
    // Byte by byte: a match may overlap its output.
    for (let i = 0; i < count; i++) {
      this.#out[this.#to] = this.#out[this.#to - distance];
      this.#to++;
    }
  }

  #finish(length: number): void {
    if (length !== 1 || this.#at !== this.#in.length || this.#to !== this.#out.length) {
      throw damaged(`${this.#to} bytes, ${this.#out.length} wanted`);
    }
  }
}

function damaged(what: string): MemoryImageError {
  return new MemoryImageError('EBADMSG', `damaged LZO block: ${what}`);
}
