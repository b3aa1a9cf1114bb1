import type { DirtyPages } from './dirty-pages.js';
import { checkPageCount, checkPageRange } from './page-range.js';
import type { TrackedMemory } from './tracked-memory.js';

/** A tracker without information: every page always counts as written, as in uploads without tracking. */
export class AlwaysDirtyMemory implements TrackedMemory {
  readonly traps = false;
  readonly entriesScanned = 0;

  /** @throws TrackedMemoryError EINVAL for an impossible number of pages */
  constructor(readonly pageCount: number) {
    checkPageCount(pageCount);
  }

  writeProtect(firstPage: number, pageCount: number): number {
    checkPageRange(this, firstPage, pageCount);
    return 0;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    checkPageRange(this, firstPage, pageCount, into);
    into.addRange(firstPage, firstPage + pageCount);
    return pageCount;
  }

  beforeDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }

  afterDeviceWrite(firstPage: number, pageCount: number): void {
    checkPageRange(this, firstPage, pageCount);
  }
}
