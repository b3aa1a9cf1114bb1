/** The walk was asked for a range that makes no sense. What callbacks answer is returned, never thrown. */
export class PageWalkError extends Error {
  override readonly name = 'PageWalkError';

  constructor(
    readonly code: 'EINVAL',
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}
