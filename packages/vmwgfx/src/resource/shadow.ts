import { Bitmap } from '@cg/collections';
import { PAGE_SIZE, WORDS_PER_FRAME, type PhysicalMemory } from '@cg/pagetable';
import type { BoxRows } from '@cg/surface-layout';
import type { Upload } from '../device/command-batch.js';
import { isErrno } from '../errors.js';
import type { MemoryAccount } from '../memory/memory-account.js';

/** Bytes that are compared, and known, together. */
export const LINE_BYTES = 64;
const WORDS_PER_LINE = LINE_BYTES / 4;
export const LINES_PER_PAGE = PAGE_SIZE / LINE_BYTES;

/** Where a surface lies in memory; it begins on a page. */
export interface SurfaceMemory {
  readonly memory: PhysicalMemory;
  /** The frames of its buffer object. */
  readonly frames: Uint32Array;
  /** Its first page there. */
  readonly firstPage: number;
}

/**
 * The bytes that the device is known to have of a surface, in lines of 64 bytes (rule 7.7). What a box uploads is
 * copied right before the device gets its command, so that the copy has what the device reads, also of stores behind
 * the scan.
 */
export class Shadow {
  readonly #bytes: number;
  readonly #account: MemoryAccount;
  readonly #known: Bitmap;
  /** The bytes, once there are any that are known. */
  #words: Uint32Array | undefined;
  #u8: Uint8Array = new Uint8Array();
  /** The device may have written the surface: known lines are those that were before. */
  #isStale = false;
  /** Uploads of an earlier one say nothing. */
  #binding = {};

  /** @param account charged with its memory; without room all lines stay unknown */
  constructor(bytes: number, account: MemoryAccount) {
    this.#bytes = bytes;
    this.#account = account;
    this.#known = new Bitmap(Math.ceil(bytes / LINE_BYTES));
  }

  /** Whether the device is known to have the bytes that memory has in a line. */
  isSame(line: number, { memory, frames, firstPage }: SurfaceMemory): boolean {
    const words = this.#words;
    if (words === undefined || this.#isStale || !this.#known.has(line)) {
      return false;
    }
    const { u32 } = memory;
    const frame = frames[firstPage + Math.floor(line / LINES_PER_PAGE)];
    const now = frame * WORDS_PER_FRAME + (line % LINES_PER_PAGE) * WORDS_PER_LINE;
    const before = line * WORDS_PER_LINE;
    const left = this.#bytes - line * LINE_BYTES;
    const count = left < LINE_BYTES ? left >>> 2 : WORDS_PER_LINE;
    for (let word = 0; word < count; word++) {
      if (u32[now + word] !== words[before + word]) {
        return false;
      }
    }
    // The last word may have bytes behind the surface.
    const rest = left < LINE_BYTES ? (1 << ((left & 3) * 8)) - 1 : 0;
    return rest === 0 || ((u32[now + count] ^ words[before + count]) & rest) === 0;
  }

  /** An upload of rows, to be told when the device gets it. */
  upload(rows: BoxRows, from: SurfaceMemory): Upload {
    if (this.#isStale) {
      // The device may have written it, and no read-back came: the write has failed, or is not certain to.
      this.forget();
    }
    const binding = this.#binding;
    return {
      sending: () => binding === this.#binding && this.#copyRuns(rows, from),
      sent: (isDone) => binding === this.#binding && this.#noteRuns(rows, isDone),
    };
  }

  /** A command may have written the surface. */
  deviceWrites(): void {
    this.#isStale = true;
  }

  /**
   * The device's writes have been read back: memory has what the device has in each line that was known before and is
   * not dirty. Others may not have been used since the surface was bound, and the device takes them later (rule 9.1).
   * @param isDirty whether memory may have something else in a line
   */
  readBack(from: SurfaceMemory, isDirty: (line: number) => boolean): void {
    const known = this.#known;
    this.#isStale = false;
    for (let line = known.findNextSet(0); line < known.length; line = known.findNextSet(line + 1)) {
      if (isDirty(line)) {
        known.clear(line);
      } else {
        const start = line * LINE_BYTES;
        this.#copy(start, Math.min(start + LINE_BYTES, this.#bytes), from);
      }
    }
  }

  /** Nothing is known any more, also of uploads on their way. */
  forget(): void {
    this.#binding = {};
    this.#isStale = false;
    this.#known.clearRange(0, this.#known.length);
  }

  /** Forgets, and frees the memory. */
  drop(): void {
    this.forget();
    if (this.#words !== undefined) {
      this.#account.refund(this.#words.byteLength);
      this.#words = undefined;
      this.#u8 = new Uint8Array();
    }
  }

  #copyRuns(rows: BoxRows, from: SurfaceMemory): void {
    if (this.#hasMemory()) {
      forEachRun(rows, (start, end) => this.#copy(start, end, from));
    }
  }

  #noteRuns(rows: BoxRows, isDone: boolean): void {
    if (this.#words === undefined) {
      return;
    }
    const known = this.#known;
    const { length } = known;
    forEachRun(rows, (start, end) => {
      if (!isDone) {
        known.clearRange(Math.floor(start / LINE_BYTES), Math.ceil(end / LINE_BYTES));
        return;
      }
      // A line of which a part was uploaded is known if it was before.
      const first = Math.ceil(start / LINE_BYTES);
      const limit = end === this.#bytes ? length : Math.floor(end / LINE_BYTES);
      if (first < limit) {
        known.setRange(first, limit);
      }
    });
  }

  #copy(start: number, end: number, { memory, frames, firstPage }: SurfaceMemory): void {
    const { u8 } = memory;
    for (let at = start; at < end;) {
      const page = Math.floor(at / PAGE_SIZE);
      const stop = Math.min(end, (page + 1) * PAGE_SIZE);
      const shift = (frames[firstPage + page] - page) * PAGE_SIZE;
      this.#u8.set(u8.subarray(shift + at, shift + stop), at);
      at = stop;
    }
  }

  #hasMemory(): boolean {
    if (this.#words === undefined) {
      const words = this.#known.length * WORDS_PER_LINE;
      try {
        this.#account.charge(words * 4);
      } catch (error) {
        if (!isErrno(error)) {
          throw error;
        }
        return false;
      }
      this.#words = new Uint32Array(words);
      this.#u8 = new Uint8Array(this.#words.buffer);
    }
    return true;
  }
}

/** Calls with each run of bytes; rows and images that follow one another are one. */
function forEachRun(rows: BoxRows, act: (start: number, end: number) => void): void {
  const { offset, rowBytes, rowStride, images, imageStride } = rows;
  const areRowsOne = rowBytes === rowStride || rows.rows === 1;
  const runBytes = areRowsOne ? rows.rows * rowBytes : rowBytes;
  if (images === 1 || (areRowsOne && runBytes === imageStride)) {
    const runs = areRowsOne ? 1 : rows.rows;
    const bytes = areRowsOne ? images * runBytes : runBytes;
    for (let run = 0; run < runs; run++) {
      act(offset + run * rowStride, offset + run * rowStride + bytes);
    }
    return;
  }
  for (let image = 0; image < images; image++) {
    forEachRun({ ...rows, offset: offset + image * imageStride, images: 1 }, act);
  }
}
