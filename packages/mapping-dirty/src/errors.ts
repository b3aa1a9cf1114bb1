import { formatAddress, isPageRange } from '@cg/pagetable';

/**
 * Error codes:
 * - EINVAL: a page range does not consist of whole pages from 0 on, or is outside the bitmap that records it. Nothing
 *   was changed.
 * - EUCLEAN: a huge entry of a tracked mapping is writable or dirty (rule 4.2, A4), so that writes through it are not
 *   found. The huge entry is unchanged; all small entries were processed and recorded.
 */
export class MappingDirtyError extends Error {
  override readonly name = 'MappingDirtyError';

  /**
   * @param start pages of the mapping for EINVAL; addresses of the first huge entry for EUCLEAN
   * @param end excluded
   * @param bitmapStart for EINVAL: first page that the bitmap has a bit for
   * @param bitmapEnd one past the last
   * @param hugeEntries for EUCLEAN: their number
   */
  constructor(
    readonly code: 'EINVAL' | 'EUCLEAN',
    message: string,
    readonly start: number,
    readonly end: number,
    readonly bitmapStart = 0,
    readonly bitmapEnd = 0,
    readonly hugeEntries = 0,
  ) {
    super(message);
  }

  static noRoom(start: number, end: number, bitmapStart: number, bitmapEnd: number): MappingDirtyError {
    const message = `pages [${start}, ${end}) have no bits in a bitmap of pages [${bitmapStart}, ${bitmapEnd})`;
    return new MappingDirtyError('EINVAL', message, start, end, bitmapStart, bitmapEnd);
  }

  static hugeEntry(start: number, end: number, hugeEntries: number): MappingDirtyError {
    const range = `${formatAddress(start)}-${formatAddress(end)}`;
    const message = `the huge entry of ${range} is writable or dirty in a tracked mapping (${hugeEntries} in all)`;
    return new MappingDirtyError('EUCLEAN', message, start, end, 0, 0, hugeEntries);
  }
}

/** @throws MappingDirtyError EINVAL if a range does not consist of whole pages of a mapping, from 0 on */
export function checkPages(firstPage: number, pageCount: number): void {
  if (!isPageRange(firstPage, pageCount)) {
    const message = `not a range of pages of a mapping: ${pageCount} from page ${firstPage}`;
    throw new MappingDirtyError('EINVAL', message, firstPage, firstPage + pageCount);
  }
}
