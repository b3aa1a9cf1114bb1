import { checkInside, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import { Pieces } from './pieces.js';

// makedumpfile's flattened format, for files that cannot seek when they are written (makedumpfile(8), -F):
// a header of 4 KiB, then records of bytes with the offset that they belong to, big-endian.

const HEADER_SIZE = 4096;
const RECORD_HEADER_SIZE = 16;
const TYPE_FLAT = 1n;
const VERSION_FLAT = 1n;
/** Ends the records, in offset and size. */
const END = -1n;
/** QEMU's have 16 KiB; they are kept in memory, and sorted. */
const MOST_RECORDS = 1 << 20;
/** Most bytes that no record writes: makedumpfile leaves out the ends of blocks. */
const MOST_UNWRITTEN = 2 ** 26;

/**
 * The file that a flattened one encodes. Of overlapping records the last one counts; bytes without a record are zero.
 */
export class FlattenedFile implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #pieces: Pieces;

  /** @throws MemoryImageError ENOTSUP for another type or version; EINVAL and EIO for invalid records */
  constructor(source: ByteSource) {
    this.#source = source;
    const header = bigEndian(source, 0, 32, 'the makedumpfile header');
    const [type, version] = [header.getBigInt64(16), header.getBigInt64(24)];
    if (type !== TYPE_FLAT || version !== VERSION_FLAT) {
      throw new MemoryImageError('ENOTSUP', `a makedumpfile header of type ${type}, version ${version}`, 16);
    }
    this.#pieces = lastWritten(readRecords(source));
    const { length } = this.#pieces;
    this.size = length === 0 ? 0 : this.#pieces.end(length - 1);
    if (this.size > source.size + MOST_UNWRITTEN) {
      const message = `records for ${this.size} bytes in a file of ${source.size}`;
      throw new MemoryImageError('EINVAL', message, HEADER_SIZE);
    }
  }

  read(offset: number, into: Uint8Array): void {
    const end = offset + into.length;
    checkInside(this, offset, into.length, 'bytes');
    into.fill(0);
    const pieces = this.#pieces;
    for (let i = this.#find(offset); i < pieces.length && pieces.start(i) < end; i++) {
      const from = Math.max(offset, pieces.start(i));
      const to = Math.min(end, pieces.end(i));
      this.#source.read(pieces.from(i) + (from - pieces.start(i)), into.subarray(from - offset, to - offset));
    }
  }

  /** The first piece that ends after `offset`. */
  #find(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pieces.end(middle) <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

function bigEndian(source: ByteSource, offset: number, length: number, what: string): DataView {
  checkInside(source, offset, length, what);
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  return new DataView(bytes.buffer);
}

/** The records in the order of the file. */
function readRecords(source: ByteSource): Pieces {
  const records = new Pieces();
  for (let at = HEADER_SIZE; ;) {
    const what = `record ${records.length}`;
    const header = bigEndian(source, at, RECORD_HEADER_SIZE, `the header of ${what}`);
    const [offset, size] = [header.getBigInt64(0), header.getBigInt64(8)];
    if (offset === END && size === END) {
      return records;
    }
    if (offset < 0n || size <= 0n || offset + size >= 1n << 53n) {
      throw new MemoryImageError('EINVAL', `${what} has ${size} bytes for offset ${offset}`, at);
    }
    if (records.length === MOST_RECORDS) {
      throw new MemoryImageError('EINVAL', `more than ${MOST_RECORDS} records`, at);
    }
    const from = at + RECORD_HEADER_SIZE;
    const [start, length] = [Number(offset), Number(size)];
    checkInside(source, from, length, what);
    records.push(start, start + length, from);
    at = from + length;
  }
}

/** The parts of the records that no later record overwrites, by offset. */
function lastWritten(records: Pieces): Pieces {
  const order = orderByStart(records);
  const pieces = new Pieces();
  /** Records that have begun, as a heap with the latest on top; ended ones are removed when they reach the top. */
  const begun = new LatestFirst();
  let at = 0;
  for (let next = 0; next < order.length || begun.top >= 0;) {
    if (begun.top < 0) {
      at = Math.max(at, records.start(order[next]));
    }
    while (next < order.length && records.start(order[next]) <= at) {
      begun.push(order[next++]);
    }
    while (begun.top >= 0 && records.end(begun.top) <= at) {
      begun.pop();
    }
    const top = begun.top;
    if (top < 0) {
      continue;
    }
    const end = records.end(top);
    const upTo = next < order.length ? Math.min(end, records.start(order[next])) : end;
    pieces.push(at, upTo, records.from(top) + (at - records.start(top)));
    at = upTo;
  }
  return pieces;
}

/** The records' indices by their target offset: merge-sorted, since `sort` would copy them to objects. */
function orderByStart(records: Pieces): Uint32Array {
  const { length } = records;
  let order = new Uint32Array(length).map((_, i) => i);
  let merged = new Uint32Array(length);
  for (let width = 1; width < length; width *= 2) {
    for (let first = 0; first < length; first += 2 * width) {
      const middle = Math.min(first + width, length);
      const end = Math.min(first + 2 * width, length);
      let [left, right] = [first, middle];
      for (let at = first; at < end; at++) {
        const takesLeft =
          right === end || (left < middle && records.start(order[left]) <= records.start(order[right]));
        merged[at] = order[takesLeft ? left++ : right++];
      }
    }
    [order, merged] = [merged, order];
  }
  return order;
}

/** A binary heap of numbers, the largest on top. */
class LatestFirst {
  readonly #heap: number[] = [];

  /** -1 if it is empty. */
  get top(): number {
    return this.#heap[0] ?? -1;
  }

  push(value: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(value);
    for (let parent = (at - 1) >> 1; at > 0 && heap[parent] < value; parent = (at - 1) >> 1) {
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = value;
  }

  pop(): void {
    const heap = this.#heap;
    const value = heap.pop();
    if (value === undefined || heap.length === 0) {
      return;
    }
    let at = 0;
    for (let child = 1; child < heap.length; child = at * 2 + 1) {
      if (child + 1 < heap.length && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= value) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }
}
