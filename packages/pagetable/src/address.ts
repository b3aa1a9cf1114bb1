import { PageTableError } from './errors.js';

/** Bytes in a page. */
export const PAGE_SIZE = 4096;

/** One past the last address of the lower half: 47 bits, where x86-64 puts user space. */
export const USER_ADDRESS_END = 2 ** 47;

/** One past the last address of 48 bits; the upper half is written sign-extended. */
export const ADDRESS_END = 2 ** 48;

/** Number of pages for a number of bytes. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE);
}

/** Formats a 48-bit virtual address: sign-extended to 64 bits, in hexadecimal. */
export function formatAddress(address: number): string {
  const digits = address.toString(16);
  return address >= USER_ADDRESS_END ? `0xffff${digits.padStart(12, '0')}` : `0x${digits}`;
}

/** Whether this is a range of whole pages of a mapping, from 0 on, within safe integers; an empty range is one. */
export function isPageRange(firstPage: number, pageCount: number): boolean {
  return (
    firstPage >= 0 &&
    pageCount >= 0 &&
    Number.isSafeInteger(firstPage) &&
    Number.isSafeInteger(pageCount) &&
    Number.isSafeInteger(firstPage + pageCount)
  );
}

/** @throws PageTableError EINVAL if `[start, start + length)` is empty, misaligned or not in user space. */
export function checkPageRange(start: number, length: number): void {
  const aligned = Number.isInteger(start / PAGE_SIZE) && Number.isInteger(length / PAGE_SIZE);
  if (!aligned || start < 0 || length <= 0 || start + length > USER_ADDRESS_END) {
    const from = start >= 0 && start < ADDRESS_END ? formatAddress(start) : String(start);
    throw new PageTableError('EINVAL', `not a page range of user space: ${from} + ${length}`, {
      address: start,
      length,
    });
  }
}
