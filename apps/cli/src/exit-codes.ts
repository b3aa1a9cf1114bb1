/** Exit codes of `cg`. */
export const EXIT = {
  /** Success, and every check passed. */
  OK: 0,
  /** A check failed: a byte was wrong. */
  CHECK_FAILED: 1,
  /** Bad input: arguments, or a file. */
  BAD_INPUT: 2,
  /** A bug in `cg`, with a stack trace (EX_SOFTWARE of sysexits.h). */
  BUG: 70,
} as const;
