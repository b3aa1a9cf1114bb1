/** A callback ended a walk with a negative result, or the walk was asked for something that makes no sense. */
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
