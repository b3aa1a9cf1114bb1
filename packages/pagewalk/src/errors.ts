/** A walk that makes no sense. What callbacks answer is returned, never thrown. */
export class PageWalkError extends Error {
  override readonly name = 'PageWalkError';

  constructor(
    /**
     * EINVAL: a range that is none, or a callback that asked for what is no action. ELOOP: an entry whose
     * callback asks to look again, and again.
     */
    readonly code: 'EINVAL' | 'ELOOP',
    message: string,
    /** Addresses; pages where the range given was one of a mapping. Left out where it is not about a range. */
    readonly start?: number,
    readonly end?: number,
  ) {
    super(message);
  }
}
