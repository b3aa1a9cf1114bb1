import type { DirtyPages } from './dirty-pages.js';
import type { TrackedMemory } from './tracked-memory.js';

/** The tracker that knows nothing: each page counts as written, always. What an upload without tracking does. */
export class AlwaysDirtyMemory implements TrackedMemory {
  readonly traps = false;
  readonly entriesScanned = 0;

  constructor(readonly pageCount: number) {}

  writeProtect(): number {
    return 0;
  }

  cleanAndRecord(firstPage: number, pageCount: number, into: DirtyPages): number {
    into.addRange(firstPage, firstPage + pageCount);
    return pageCount;
  }

  beforeDeviceWrite(): void {}

  afterDeviceWrite(): void {}
}
