/** What `cg` exits with. */
export const EXIT = {
  /** Everything asked for was done, and every check held. */
  OK: 0,
  /** A check failed: a byte was wrong. */
  CHECK_FAILED: 1,
  /** The user's input is at fault: arguments, or a file that is not what it must be. */
  BAD_INPUT: 2,
  /** A bug of ours, with a stack trace (EX_SOFTWARE of sysexits.h). */
  BUG: 70,
} as const;
