/** What the program exits with: the codes of `cg`. */
export const EXIT = {
  /** Everything asked for was done, and every check held. */
  OK: 0,
  /** A check failed: a box, a byte or a pixel was wrong, or the command that was run has failed. */
  CHECK_FAILED: 1,
  /** The user's input is at fault, or the guest could not be fetched or booted, or has ended. */
  BAD_INPUT: 2,
  /** A bug of ours, with a stack trace (EX_SOFTWARE of sysexits.h). */
  BUG: 70,
} as const;
