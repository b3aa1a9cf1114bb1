/** What went wrong, as an errno name. */
export type BenchErrorCode =
  /** A contender's result is not what it must be: its time says nothing. */
  | 'EBADMSG'
  /** A number of rounds or passes that is none. */
  | 'EINVAL'
  /** There is no folder of that name. */
  | 'ENOENT'
  /** A folder that is no checkout of this repository. */
  | 'ENOTSUP'
  /** A checkout that is not built. */
  | 'ENOEXEC'
  /** The other build lacks what a row needs. */
  | 'ENODATA';

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
