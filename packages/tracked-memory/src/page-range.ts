import type { DirtyPages } from './dirty-pages.js';
import { TrackedMemoryError } from './errors.js';
import type { TrackedMemory } from './tracked-memory.js';

/**
 * The check of every implementation before anything changes: a range consists of whole pages of the memory, and has
 * its bits in the set that records it.
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

/** @throws TrackedMemoryError EINVAL for an impossible number of pages */
export function checkPageCount(pageCount: number): void {
  if (!Number.isSafeInteger(pageCount) || pageCount < 0) {
    throw new TrackedMemoryError(`a memory cannot have ${pageCount} pages`, 0, pageCount, pageCount);
  }
}
