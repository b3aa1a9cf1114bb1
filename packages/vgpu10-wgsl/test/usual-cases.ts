/** The cases of a test that runs shaders on a GPU: all in a soak, a tenth of them in the usual run. */
export function usualCases<T>(cases: readonly T[]): readonly T[] {
  return process.env['CG_SOAK_SECONDS'] === undefined ? cases.filter((_, i) => i % 10 === 0) : cases;
}
