import type { DirtyPages } from './dirty-pages.js';
import { TrackedMemoryError } from './errors.js';
import type { TrackedMemory } from './tracked-memory.js';

/**
 * What every implementation asks before anything changes: that a range is made of whole pages of the memory, and
 * has its bits in the set it is to be recorded in.
 * @throws TrackedMemoryError EINVAL
 */
export function checkPageRange(
  memory: Pick<TrackedMemory, 'pageCount'>,
  firstPage: number,
  pageCount: number,
  into?: DirtyPages,
): void {
  const end = firstPage + pageCount;
  const isWhole = Number.isInteger(firstPage) && Number.isInteger(pageCount);
  if (!isWhole || firstPage < 0 || pageCount < 0 || end > memory.pageCount) {
    const message = `${pageCount} pages from page ${firstPage} are not within a memory of ${memory.pageCount}`;
    throw new TrackedMemoryError(message, firstPage, pageCount, memory.pageCount);
  }
  if (into !== undefined && end > into.pageCount) {
    const message = `${pageCount} pages from page ${firstPage} have no bits in a set of ${into.pageCount}`;
    throw new TrackedMemoryError(message, firstPage, pageCount, into.pageCount);
  }
}

/** @throws TrackedMemoryError EINVAL where a memory cannot have so many pages */
export function checkPageCount(pageCount: number): void {
  if (!Number.isSafeInteger(pageCount) || pageCount < 0) {
    throw new TrackedMemoryError(`a memory cannot have ${pageCount} pages`, 0, pageCount, pageCount);
  }
}
