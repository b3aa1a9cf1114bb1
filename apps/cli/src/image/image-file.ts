import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
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

  /** @throws the file system's error; one with the code EISDIR for what is no regular file */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    const status = fstatSync(this.#file);
    if (status.isDirectory()) {
      closeSync(this.#file);
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    }
    this.size = status.size;
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
    this.#pieces.delete(number);
    piece ??= this.#load(number);
    this.#pieces.set(number, piece);
    if (this.#pieces.size > MOST_PIECES) {
      this.#pieces.delete(this.#pieces.keys().next().value as number);
    }
    return piece;
  }

  #load(number: number): Uint8Array {
    const start = number * PIECE_BYTES;
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.size - start));
    for (let done = 0; done < piece.length;) {
      const count = readSync(this.#file, piece, done, piece.length - done, start + done);
      if (count === 0) {
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO' });
      }
      done += count;
    }
    return piece;
  }
}
