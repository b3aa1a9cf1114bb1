import type { DirtyPages, TrackedMemory } from '@cg/tracked-memory';
import type { BackedResource, DirtyTracker } from './dirty-tracker.js';

const PAGE = 4096;

/** One page-table entry for each page, writable and dirty at first. A store to a protected one is trapped. */
export class OneEntryAPage implements TrackedMemory {
  readonly traps = true;
  entriesScanned = 0;
  tracker: DirtyTracker | undefined;
  readonly #protected: boolean[];
  readonly #dirty: boolean[];

  constructor(readonly pageCount: number) {
    this.#protected = Array.from({ length: pageCount }, () => false);
    this.#dirty = Array.from({ length: pageCount }, () => false);
  }

  store(page: number): void {
    if (this.#protected[page]) {
      this.tracker?.recordTrappedWrite(page);
      this.#protected[page] = false;
    }
    this.#dirty[page] = true;
  }

  writeProtect(firstPage: number, pageCount: number): number {
    return this.#change(this.#protected, firstPage, pageCount, true).length;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    const cleaned = this.#change(this.#dirty, firstPage, pageCount, false);
    cleaned.forEach((page) => into.add(page));
    return cleaned.length;
  }

  beforeDeviceWrite(): void {}
  afterDeviceWrite(): void {}

  #change(bits: boolean[], first: number, count: number, to: boolean): number[] {
    const changed = [];
    for (let page = first; page < first + count; page++) {
      if (bits[page] !== to) {
        bits[page] = to;
        changed.push(page);
      }
    }
    return changed;
  }
}

/** A resource that records the pages it receives. */
export class ToldResource implements BackedResource {
  readonly isTracked = true;
  readonly told = new Set<number>();

  constructor(
    readonly backingOffset: number,
    readonly backingBytes: number,
  ) {}

  overlaps(start: number, end: number): boolean {
    return this.backingOffset < end && this.backingOffset + this.backingBytes > start;
  }

  addDirtyBytes(start: number, end: number): void {
    for (let page = start / PAGE; page < end / PAGE; page++) {
      this.told.add(page);
    }
  }
}
