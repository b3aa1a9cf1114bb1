/** Seed and seconds from `npm run soak`; undefined in `npm test`. */
const soak = {
  seed: Number(process.env.CG_SOAK_SEED ?? 1),
  seconds: Number(process.env.CG_SOAK_SECONDS ?? 0),
};

/** Whether `npm run soak` runs the test. */
export const isSoak = soak.seconds > 0;

/** The timeout in milliseconds of a test with `seeds`. */
export const seedsTimeout = 1000 * soak.seconds + 120_000;

/** Seeds for a randomised test: 1 to `count`; in a soak from its seed on until the time is over. */
export function* seeds(count) {
  const end = Date.now() + 1000 * soak.seconds;
  for (let seed = soak.seed; isSoak ? Date.now() < end : seed <= count; seed++) {
    yield seed;
  }
}
