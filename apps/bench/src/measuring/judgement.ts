/** The limit of A/A deviation for a verdict, and of the deviation from 1 of an even ratio. */
const TOLERANCE = 0.03;

/** A measured ratio and its quality. */
export interface Comparison {
  /** Below 1 the first contender is faster. */
  readonly ratio: number;
  /** The lowest and the highest ratio of a start. */
  readonly spread: readonly [number, number];
  /** Each contender against itself; 1 without disturbance. */
  readonly againstItself: readonly [number, number];
}

/** The A/A figure: of the two contenders against themselves, the one farther off 1. */
export function worstAgainstItself({ againstItself: [first, second] }: Comparison): number {
  return offOne(first) >= offOne(second) ? first : second;
}

/** The deviation of a ratio from 1, symmetric: 0.5 and 2 are equally far. */
function offOne(ratio: number): number {
  return Math.max(ratio, 1 / ratio) - 1;
}

/** The verdict on a comparison. */
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
