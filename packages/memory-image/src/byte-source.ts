import { MemoryImageError } from './errors.js';

/** Bytes by offset: a file, a buffer, or a layer on top of one. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * Fills `into` with the bytes from `offset` on.
   * @throws MemoryImageError EIO if a byte is beyond `size`
   */
  read(offset: number, into: Uint8Array): void;
}

/** Bytes in memory. */
export class BufferSource implements ByteSource {
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(offset: number, into: Uint8Array): void {
    checkInside(this, offset, into.length, 'bytes');
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }
}

/** @throws MemoryImageError EIO if `length` bytes from `offset` on are not all in the source */
export function checkInside(source: ByteSource, offset: number, length: number, what: string): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) {
    const message = `truncated: ${what} end at byte ${offset + length}, the file has ${source.size}`;
    throw new MemoryImageError('EIO', message, offset);
  }
}

/** A structure of a file: its little-endian fields by their offset. */
export class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #offset: number;

  private constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#offset = offset;
  }

  /**
   * @param what its name, for the message
   * @throws MemoryImageError EIO if the file ends before it
   */
  static read(source: ByteSource, offset: number, length: number, what: string): Fields {
    checkInside(source, offset, length, what);
    const bytes = new Uint8Array(length);
    source.read(offset, bytes);
    return new Fields(bytes, offset);
  }

  /** A structure within a larger one that has been read. */
  static of(bytes: Uint8Array, offset: number): Fields {
    return new Fields(bytes, offset);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  i32(at: number): number {
    return this.#view.getInt32(at, true);
  }

  /** All 64 bits, as of a register. */
  u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  /**
   * A 64-bit field that is an offset, an address or a count.
   * @throws MemoryImageError EINVAL from 2^53 on: no file and no physical memory is that large
   */
  size(at: number, what: string): number {
    const value = this.#view.getBigUint64(at, true);
    if (value >= 1n << 53n) {
      throw new MemoryImageError('EINVAL', `${what} is 0x${value.toString(16)}`, this.#offset + at);
    }
    return Number(value);
  }

  /** Whether the bytes from `at` on are those of `text`. */
  has(at: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[at + i] !== text.charCodeAt(i)) {
        return false;
      }
    }
    return true;
  }
}
