/** What went wrong, as an errno name. */
export type BenchErrorCode =
  /** A contender's result is not what it must be: its time says nothing. */
  | 'EBADMSG'
  /** A number of rounds or passes that is none. */
  | 'EINVAL';

/** The one error of this package. */
export class BenchError extends Error {
  override readonly name = 'BenchError';

  constructor(
    readonly code: BenchErrorCode,
    message: string,
    /** The contender at fault; undefined where it is nobody's. */
    readonly contender?: string,
  ) {
    super(message);
  }
}
