/** What went wrong, as an errno name. */
export type LitmusErrorCode =
  /** A program's text that is none. */
  | 'EBADMSG'
  /** More than a run may hold. */
  | 'ENOMEM'
  /** A statement that no machine can do. */
  | 'EINVAL';

/** The one error of this package. */
export class LitmusError extends Error {
  override readonly name = 'LitmusError';

  constructor(
    readonly code: LitmusErrorCode,
    message: string,
    /** Line of the text, or number of the statement, from 1; undefined where it is about none. */
    readonly line?: number,
  ) {
    super(message);
  }
}
