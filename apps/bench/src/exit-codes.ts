/** What the benchmark exits with. */
export const EXIT = {
  /** Every row was measured, or says why it was skipped. */
  OK: 0,
  /** A contender got its work wrong. */
  WRONG_RESULT: 1,
  /** The arguments are at fault. */
  BAD_INPUT: 2,
} as const;
