/** An invalid walk. Results of callbacks are returned, never thrown. */
export class PageWalkError extends Error {
  override readonly name = 'PageWalkError';

  constructor(
    /**
     * EINVAL: an invalid range, or an invalid action from a callback. ELOOP: an entry whose callback keeps requesting
     * another look.
     */
    readonly code: 'EINVAL' | 'ELOOP',
    message: string,
    /** Addresses; pages for a range of a mapping. Left out if the error is not about a range. */
    readonly start?: number,
    readonly end?: number,
  ) {
    super(message);
  }
}
