/** Exit codes of the benchmark. */
export const EXIT = {
  /** Every row was measured, or skipped with a reason. */
  OK: 0,
  /** A contender computed a wrong result. */
  WRONG_RESULT: 1,
  /** Bad arguments. */
  BAD_INPUT: 2,
} as const;
