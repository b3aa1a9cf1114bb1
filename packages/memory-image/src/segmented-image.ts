import type { ByteSource } from './byte-source.js';
import type { CpuRegisters, ImageFormat, MemoryImage } from './memory-image.js';
import { joinSegments, type Segment } from './segments.js';

/** An image whose bytes are stored as they were in memory, in segments. */
export class SegmentedImage implements MemoryImage {
  readonly format: ImageFormat;
  readonly cpus: readonly CpuRegisters[];
  readonly end: number;
  readonly #source: ByteSource;
  /** By address, without overlap. Where two are adjacent in memory, they are not in the file. */
  readonly #segments: readonly Segment[];
  /** The segment of the last look-up: tables are near one another. */
  #last = 0;

  /** @throws MemoryImageError as `joinSegments` */
  constructor(
    format: ImageFormat,
    source: ByteSource,
    segments: readonly Segment[],
    cpus: readonly CpuRegisters[] = [],
  ) {
    this.#source = source;
    this.#segments = joinSegments(source, segments);
    this.format = format;
    this.cpus = cpus;
    const last = this.#segments.at(-1);
    this.end = last === undefined ? 0 : last.physical + last.size;
  }

  nextHeld(physical: number, limit = Infinity): number {
    const segment = this.#segments[this.#find(physical)];
    return segment === undefined ? limit : Math.min(Math.max(physical, segment.physical), limit);
  }

  nextHole(physical: number, limit = Infinity): number {
    let hole = physical;
    for (let i = this.#find(physical); hole < limit && i < this.#segments.length; i++) {
      const segment = this.#segments[i];
      if (segment.physical > hole) {
        break;
      }
      hole = segment.physical + segment.size;
    }
    return Math.min(hole, limit);
  }

  read(physical: number, into: Uint8Array): boolean {
    let at = physical;
    const end = physical + into.length;
    for (let i = this.#find(physical); at < end; i++) {
      const segment = this.#segments[i];
      if (segment === undefined || segment.physical > at) {
        return false;
      }
      const upTo = Math.min(end, segment.physical + segment.size);
      const part = at === physical && upTo === end ? into : into.subarray(at - physical, upTo - physical);
      this.#source.read(segment.offset + (at - segment.physical), part);
      at = upTo;
    }
    return true;
  }

  fileOffset(physical: number): number | undefined {
    const segment = this.#segments[this.#find(physical)];
    const held = segment !== undefined && segment.physical <= physical;
    return held ? segment.offset + (physical - segment.physical) : undefined;
  }

  /** The first segment that ends after `physical`. */
  #find(physical: number): number {
    const guess = this.#segments[this.#last];
    if (guess !== undefined && guess.physical <= physical && physical < guess.physical + guess.size) {
      return this.#last;
    }
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { physical: start, size } = this.#segments[middle];
      if (start + size <= physical) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#last = low;
    return low;
  }
}
