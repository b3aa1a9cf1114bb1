/** An index or range that is invalid for its structure. */
export class CollectionsError extends Error {
  override readonly name = 'CollectionsError';
  readonly code = 'EINVAL';

  /** `start` and `end` are the offending half-open range, in the units of the call that threw. */
  constructor(
    what: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(`${what}: [${start}, ${end})`);
  }
}
