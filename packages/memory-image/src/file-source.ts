import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { checkInside, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import { PieceCache } from './piece-cache.js';

/** Bytes read at once: page tables are allocated near one another. */
const PIECE_BYTES = 16 * 1024;
/** Pieces kept, 16 MiB in all, whatever the size of the file. */
const MOST_PIECES = 1024;

/** A file, read in pieces; those used last are kept. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #file: number;
  readonly #pieces: PieceCache;

  /** @throws the file system's error, or one with the code EISDIR or ESPIPE for what is no regular file */
  constructor(path: string) {
    // Before it is opened: opening a pipe would wait for somebody to write into it.
    const status = statSync(path);
    if (!status.isFile()) {
      throw Object.assign(new Error('no regular file'), { code: status.isDirectory() ? 'EISDIR' : 'ESPIPE' });
    }
    this.size = status.size;
    this.#file = openSync(path, 'r');
    this.#pieces = new PieceCache(MOST_PIECES, PIECE_BYTES, (number, into) => this.#load(number, into));
  }

  read(offset: number, into: Uint8Array): void {
    checkInside(this, offset, into.length, 'bytes');
    for (let done = 0; done < into.length;) {
      const at = (offset + done) % PIECE_BYTES;
      const count = Math.min(PIECE_BYTES - at, into.length - done);
      const piece = this.#pieces.get((offset + done - at) / PIECE_BYTES);
      into.set(piece.subarray(at, at + count), done);
      done += count;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #load(number: number, piece: Uint8Array): void {
    const start = number * PIECE_BYTES;
    const length = Math.min(PIECE_BYTES, this.size - start);
    for (let done = 0; done < length;) {
      const count = readSync(this.#file, piece, done, length - done, start + done);
      if (count === 0) {
        throw new MemoryImageError('EIO', 'the file became shorter', start + done);
      }
      done += count;
    }
  }
}
