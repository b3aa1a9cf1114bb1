import { MappingDirtyError } from './errors.js';

/** @throws MappingDirtyError EINVAL where a range is not made of whole pages of a mapping, from 0 on */
export function checkPages(firstPage: number, pageCount: number): void {
  const isWhole = Number.isSafeInteger(firstPage) && Number.isSafeInteger(pageCount);
  if (!isWhole || firstPage < 0 || pageCount < 0 || !Number.isSafeInteger(firstPage + pageCount)) {
    throw MappingDirtyError.noPages(firstPage, pageCount);
  }
}
