/** The exit codes of the program, those of `cg`. */
export const EXIT = {
  /** Success, and every check passed. */
  OK: 0,
  /** A check failed: a wrong box, byte or pixel, or a failed command of `--run`. */
  CHECK_FAILED: 1,
  /** Bad input, or the guest could not be fetched or booted, or has ended. */
  BAD_INPUT: 2,
  /** A bug in the program, with a stack trace (EX_SOFTWARE of sysexits.h). */
  BUG: 70,
} as const;
