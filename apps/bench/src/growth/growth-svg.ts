import type { Point } from './slope.js';

/** The costs of one kind of size, and their slope in log-log. */
export interface Growth {
  readonly name: string;
  readonly points: readonly Point[];
  readonly slope: number;
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 60;
const RIGHT = 240;
const EDGE = 40;
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e'];

/** A picture of costs against sizes, both logarithmic; a line at 45 degrees of decades grows in proportion. */
export function growthAsSvg(series: readonly Growth[]): string {
  const points = series.flatMap((one) => one.points);
  const x = scale(
    points.map(({ size }) => size),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    points.map(({ cost }) => cost),
    HEIGHT - EDGE,
    EDGE,
  );
  const lines = series.map(({ name, points: own, slope }, i) => {
    const color = COLORS[i % COLORS.length];
    const path = own.map(({ size, cost }) => `${x.at(size)},${y.at(cost)}`).join(' ');
    const at = `x="${WIDTH - RIGHT + 12}" y="${EDGE + 20 * i}"`;
    const label = `<text ${at} fill="${color}">${name}: ${slope.toFixed(2)}</text>`;
    return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${path}"/>${label}`;
  });
  const sizes = x.decades.map((d) => `<text x="${x.at(d)}" y="${HEIGHT - EDGE + 18}">${label(d)}</text>`);
  const costs = y.decades.map((d) => `<text x="4" y="${y.at(d)}">${label(d)} ns</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif"`,
    ` font-size="12"><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${LEFT}" y="20">Cost against size, with the slope in log-log</text>`,
    ...lines,
    ...sizes,
    ...costs,
    '</svg>\n',
  ].join('\n');
}

function label(decade: number): string {
  return `1e${Math.round(Math.log10(decade))}`;
}

function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number): number =>
    Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  return { at, decades: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}
