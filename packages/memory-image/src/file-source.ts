import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { checkInside, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import { PieceCache } from './piece-cache.js';

/** Bytes of a piece: a page table. Larger ones would read in vain, and touching new memory costs more than a read. */
const PIECE_BYTES = 4096;
/** Most cached pieces, 4 MiB in all, whatever the size of the file. */
const MOST_PIECES = 1024;

/** A file, read in pieces, with a cache of the last used ones. A longer range is read at once, and not cached. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #file: number;
  readonly #pieces: PieceCache;

  /** @throws the file system's error, or one with the code EISDIR or ESPIPE if it is no regular file */
  constructor(path: string) {
    // Before it is opened: opening a pipe would block until it has a writer.
    const status = statSync(path);
    if (!status.isFile()) {
      throw Object.assign(new Error('no regular file'), { code: status.isDirectory() ? 'EISDIR' : 'ESPIPE' });
    }
    this.size = status.size;
    this.#file = openSync(path, 'r');
    this.#pieces = new PieceCache(MOST_PIECES, PIECE_BYTES, (number, into) => {
      const start = number * PIECE_BYTES;
      this.#load(start, into.subarray(0, this.size - start));
    });
  }

  read(offset: number, into: Uint8Array): void {
    checkInside(this, offset, into.length, 'bytes');
    if (into.length >= PIECE_BYTES) {
      this.#load(offset, into);
      return;
    }
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

  #load(start: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const count = readSync(this.#file, into, done, into.length - done, start + done);
      if (count === 0) {
        throw new MemoryImageError('EIO', 'the file became shorter', start + done);
      }
      done += count;
    }
  }
}
