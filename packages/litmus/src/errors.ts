/** The cause, as an errno name. */
export type LitmusErrorCode =
  /** Text that is not a program. */
  | 'EBADMSG'
  /** A limit of the run is exceeded. */
  | 'ENOMEM'
  /** A statement that can never run. */
  | 'EINVAL';

/** The error class of this package. */
export class LitmusError extends Error {
  override readonly name = 'LitmusError';

  constructor(
    readonly code: LitmusErrorCode,
    message: string,
    /** Line of the text, or number of the statement, from 1; undefined if neither applies. */
    readonly line?: number,
  ) {
    super(message);
  }
}
