import type { PhysicalMemory } from '@cg/memory-image';

export const PRESENT = 1;
export const WRITE = 2;
export const USER = 4;
export const CACHE_DISABLE = 16;
export const HUGE = 128;
export const GLOBAL = 256;
export const NX = 2 ** 31;

/** A small physical memory whose entries a test sets by hand. */
export class TestImage implements PhysicalMemory {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  reads = 0;

  constructor(
    frames: number,
    /** Its nominal end; beyond `frames`, for images that no test could allocate. */
    readonly end = frames * 4096,
  ) {
    this.bytes = new Uint8Array(frames * 4096);
    this.words = new Uint32Array(this.bytes.buffer);
  }

  /** Sets entry `index` of the table in frame `table`. */
  set(table: number, index: number, target: number, bits: number, highBits = 0): void {
    this.words[table * 1024 + index * 2] = ((target % 0x100000) * 4096 + bits) >>> 0;
    this.words[table * 1024 + index * 2 + 1] = (Math.floor(target / 0x100000) + highBits) >>> 0;
  }

  nextHeld(physical: number, limit = Infinity): number {
    return physical < this.end ? Math.min(physical, limit) : limit;
  }

  nextHole(physical: number, limit = Infinity): number {
    return Math.min(Math.max(physical, this.end), limit);
  }

  read(physical: number, into: Uint8Array): boolean {
    this.reads++;
    // Whole tables: pages, in PAE a top table of 32 bytes.
    const unit = Math.min(into.length, 4096);
    if ((unit !== 4096 && unit !== 32) || into.length % unit !== 0 || physical % unit !== 0) {
      throw new Error(`${into.length} bytes read at ${physical}`);
    }
    if (physical + into.length > this.end) {
      return false;
    }
    into.set(this.bytes.subarray(physical, physical + into.length));
    return true;
  }
}
