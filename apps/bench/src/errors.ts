/** The cause, as an errno name. */
export type BenchErrorCode =
  /** A contender's result is wrong, so its time is meaningless. */
  | 'EBADMSG'
  /** An invalid number of rounds or passes. */
  | 'EINVAL'
  /** There is no folder of that name. */
  | 'ENOENT'
  /** A folder that is not a checkout of this repository. */
  | 'ENOTSUP'
  /** A checkout that is not built. */
  | 'ENOEXEC'
  /** The other build lacks what a row needs. */
  | 'ENODATA';

/** The error class of this package. */
export class BenchError extends Error {
  override readonly name = 'BenchError';

  constructor(
    readonly code: BenchErrorCode,
    message: string,
    /** The contender with the error; undefined if there is none. */
    readonly contender?: string,
  ) {
    super(message);
  }
}
