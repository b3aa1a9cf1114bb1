/** What `cg` exits with. */
export const EXIT = {
  /** Everything asked for was done, and every check held. */
  OK: 0,
  /** A check failed: a byte was wrong. */
  CHECK_FAILED: 1,
  /** The user's input is at fault: arguments, or a file that is not what it must be. */
  BAD_INPUT: 2,
} as const;
