/** Seed and seconds that `npm run soak` gives; neither in `npm test`. */
const soak = {
  seed: Number(process.env.CG_SOAK_SEED ?? 1),
  seconds: Number(process.env.CG_SOAK_SECONDS ?? 0),
};

/** Whether `npm run soak` runs the test. */
export const isSoak = soak.seconds > 0;

/** Milliseconds that a test with `seeds` may take. */
export const seedsTimeout = 1000 * soak.seconds + 120_000;

/** Seeds for a test of random cases: 1 to `count`, the same each time; in a soak from its seed on, as long as it lasts. */
export function* seeds(count) {
  const end = Date.now() + 1000 * soak.seconds;
  for (let seed = soak.seed; isSoak ? Date.now() < end : seed <= count; seed++) {
    yield seed;
  }
}
