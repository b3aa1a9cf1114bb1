/** The cause, as an errno name. */
export type MachineErrorCode =
  /** Not a trace, or a damaged one. */
  | 'EBADMSG'
  /** A surface that does not fit the machine's memory or its device. */
  | 'ENOMEM'
  /** An invalid argument. */
  | 'EINVAL';

/** The error class of this package. */
export class MachineError extends Error {
  override readonly name = 'MachineError';

  constructor(
    readonly code: MachineErrorCode,
    message: string,
    /** Line of the trace, from 1; undefined if the error concerns none. */
    readonly line?: number,
  ) {
    super(message);
  }
}
