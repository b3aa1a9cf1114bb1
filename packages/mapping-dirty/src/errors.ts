/** A page range that has no room in the bitmap it is to be recorded in. */
export class MappingDirtyError extends Error {
  override readonly name = 'MappingDirtyError';
  readonly code = 'EINVAL';

  /** Both ranges are pages of the mapping, `end` excluded. */
  constructor(
    readonly start: number,
    readonly end: number,
    readonly bitmapStart: number,
    readonly bitmapEnd: number,
  ) {
    super(`pages [${start}, ${end}) have no bits in a bitmap of pages [${bitmapStart}, ${bitmapEnd})`);
  }
}
