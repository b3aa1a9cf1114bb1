/**
 * The cause: MISSING a file that the server does not have, VERSION files or a state for another page or emulator,
 * DAMAGED other contents than announced, REFUSED by the browser or the emulator.
 */
export type PageErrorCode = 'DAMAGED' | 'MISSING' | 'REFUSED' | 'VERSION';

/** What the page tells its user; not a bug. */
export class PageError extends Error {
  override readonly name = 'PageError';

  constructor(
    readonly code: PageErrorCode,
    message: string,
  ) {
    super(message);
  }
}
