/** How far a contender may be off itself for a ratio to be judged, and a ratio off 1 to be called even. */
const TOLERANCE = 0.03;

/** What a measured ratio is worth. */
export interface Comparison {
  /** Below 1 the first contender is faster. */
  readonly ratio: number;
  /** The lowest and the highest ratio of a start. */
  readonly spread: readonly [number, number];
  /** Of each contender against itself; 1 where nothing disturbs. */
  readonly againstItself: readonly [number, number];
}

/** The A/A figure: of the two contenders against themselves, the one farther off 1. */
export function worstAgainstItself({ againstItself: [first, second] }: Comparison): number {
  return offOne(first) >= offOne(second) ? first : second;
}

/** How far a ratio is from 1, taken the way that makes it larger: 0.5 and 2 are equally far. */
function offOne(ratio: number): number {
  return Math.max(ratio, 1 / ratio) - 1;
}

/** What may be said of a comparison, in plain words. */
export function judge(comparison: Comparison): string {
  const off = Math.max(...comparison.againstItself.map(offOne));
  if (!(off <= TOLERANCE)) {
    return `not judged: A/A off by ${percent(off)} %`;
  }
  const { ratio, spread } = comparison;
  if (offOne(ratio) <= TOLERANCE) {
    return 'even';
  }
  const inEveryStart = spread.every((one) => offOne(one) > TOLERANCE && one < 1 === ratio < 1);
  if (!inEveryStart) {
    return `not judged: ${spread[0].toFixed(2)} to ${spread[1].toFixed(2)}`;
  }
  return ratio < 1 ? 'faster' : 'slower';
}

function percent(share: number): string {
  const points = share * 100;
  return points < 10 ? points.toFixed(1) : Math.round(points).toString();
}
