import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { MemoryImage } from '@cg/pagewalk';

/** Bytes read at once: page tables are allocated near one another. */
const PIECE_BYTES = 64 * 1024;
/** Pieces kept, 16 MiB in all, whatever the size of the image. */
const MOST_PIECES = 256;

/** A raw image of physical memory in a file, read in pieces; those used last are kept. */
export class ImageFile implements MemoryImage {
  readonly size: number;
  readonly #file: number;
  /** By number, the one used longest ago first: a Map iterates in the order of insertion. */
  readonly #pieces = new Map<number, Uint8Array>();

  /** @throws the file system's error, or one with the code EISDIR or ESPIPE for what is no regular file */
  constructor(path: string) {
    // Before it is opened: opening a pipe would wait for somebody to write into it.
    const status = statSync(path);
    if (!status.isFile()) {
      throw Object.assign(new Error('no regular file'), { code: status.isDirectory() ? 'EISDIR' : 'ESPIPE' });
    }
    this.size = status.size;
    this.#file = openSync(path, 'r');
  }

  read(physical: number, into: Uint8Array): void {
    const offset = physical % PIECE_BYTES;
    into.set(this.#piece((physical - offset) / PIECE_BYTES).subarray(offset, offset + into.length));
  }

  close(): void {
    closeSync(this.#file);
  }

  #piece(number: number): Uint8Array {
    let piece = this.#pieces.get(number);
    if (piece === undefined) {
      piece = this.#room();
      this.#load(number, piece);
    }
    this.#pieces.delete(number);
    this.#pieces.set(number, piece);
    return piece;
  }

  /** A buffer for a piece: that of the one used longest ago, once there are enough. */
  #room(): Uint8Array {
    const [oldest] = this.#pieces;
    if (oldest === undefined || this.#pieces.size < MOST_PIECES) {
      return new Uint8Array(PIECE_BYTES);
    }
    this.#pieces.delete(oldest[0]);
    return oldest[1];
  }

  #load(number: number, piece: Uint8Array): void {
    const start = number * PIECE_BYTES;
    const length = Math.min(PIECE_BYTES, this.size - start);
    for (let done = 0; done < length;) {
      const count = readSync(this.#file, piece, done, length - done, start + done);
      if (count === 0) {
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO' });
      }
      done += count;
    }
  }
}
