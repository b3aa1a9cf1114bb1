/** How many random surfaces to try, from a seed where one is given. */
export interface UploadRuns {
  readonly numRuns: number;
  readonly seed?: number;
  /** Stops earlier, after so many seconds. */
  readonly seconds?: number;
}

const { CG_UPLOAD_SECONDS: seconds, CG_UPLOAD_SEED: seed } = process.env;

/** True for a soak: `CG_UPLOAD_SECONDS=60 npm test -- surface-layout/test`. */
export const isSoak = seconds !== undefined;

/** So many random surfaces; or, in a soak, all that fit into its seconds, from CG_UPLOAD_SEED or the clock. */
export function uploadRuns(numRuns: number): UploadRuns {
  return isSoak
    ? { numRuns: 1e9, seconds: Number(seconds), seed: Number(seed ?? Date.now() % 2 ** 31) }
    : { numRuns };
}
