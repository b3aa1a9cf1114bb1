/** What went wrong, as an errno name. */
export type MachineErrorCode =
  /** A trace that is not one, or damaged. */
  | 'EBADMSG'
  /** What does not fit: a surface into the machine's memory or its device, a program into what a run may hold. */
  | 'ENOMEM'
  /** An argument that makes no sense. */
  | 'EINVAL';

/** The one error of this package. */
export class MachineError extends Error {
  override readonly name = 'MachineError';

  constructor(
    readonly code: MachineErrorCode,
    message: string,
    /** Line of the trace, from 1; undefined where it is about no line. */
    readonly line?: number,
  ) {
    super(message);
  }
}
