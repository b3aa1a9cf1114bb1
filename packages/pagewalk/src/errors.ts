/** A walk that makes no sense. What callbacks answer is returned, never thrown. */
export class PageWalkError extends Error {
  override readonly name = 'PageWalkError';

  constructor(
    /** EINVAL: a range that is none. ELOOP: an entry whose callback asks to look again, and again. */
    readonly code: 'EINVAL' | 'ELOOP',
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}
