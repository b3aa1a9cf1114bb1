import type { CostReport, ProgramCost } from './measure-cost.js';
import type { Spread } from './quantiles.js';

const WIDTH = 720;
const LEFT = 230;
const RIGHT = 60;
const TOP = 56;
const ROW = 34;
const BAR = 14;
const FOOT = 34;
const INK = {
  loss: '#1f77b4',
  noise: '#bbbbbb',
  spread: '#0b3d66',
  text: '#222222',
  grid: '#dddddd',
} as const;

/** Distances of the vertical lines, in per cent: the first with few enough of them. */
const STEPS = [1, 2, 5, 10, 20, 50];
const MOST_LINES = 12;

/** A picture of the loss of each program, with its quartiles, over that of explicit transfers against themselves. */
export function costAsSvg({ programs, renderer }: CostReport): string {
  const height = TOP + programs.length * ROW + FOOT;
  const { x, marks } = scaleOf(programs);
  const bottom = TOP + programs.length * ROW;
  const grid = marks.map(
    (mark) =>
      `<line x1="${x(mark)}" x2="${x(mark)}" y1="${TOP - 6}" y2="${bottom}" stroke="${INK.grid}"/>` +
      text(x(mark), bottom + 16, `${mark} %`, 'middle'),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif"`,
    ` font-size="12"><rect width="100%" height="100%" fill="#fff"/>`,
    text(10, 20, `Frames a second lost with coherent memory; renderer: ${renderer}`),
    text(10, 38, 'blue: median, line: quartiles; grey: explicit against itself'),
    ...grid,
    ...programs.flatMap((program, i) => rowOf(program, TOP + i * ROW, x)),
    `<line x1="${x(0)}" x2="${x(0)}" y1="${TOP - 6}" y2="${bottom}" stroke="${INK.text}"/>`,
    '</svg>\n',
  ].join('\n');
}

function rowOf(
  { scene, kind, loss, noise }: ProgramCost,
  y: number,
  x: (percent: number) => number,
): string[] {
  const middle = y + ROW / 2;
  const bar = (from: number, to: number, half: number, ink: string): string => {
    const [left, right] = [x(Math.min(from, to)), x(Math.max(from, to))];
    return `<rect x="${left}" y="${middle - half}" width="${right - left}" height="${2 * half}" fill="${ink}"/>`;
  };
  return [
    text(10, middle - 2, scene),
    text(10, middle + 12, kind),
    bar(noise.lower, noise.upper, BAR, INK.noise),
    bar(0, loss.median, BAR / 2, INK.loss),
    bar(loss.lower, loss.upper, 1, INK.spread),
    text(x(Math.max(0, loss.upper, noise.upper)) + 6, middle + 4, `${loss.median.toFixed(1)} %`),
  ];
}

function scaleOf(programs: readonly ProgramCost[]) {
  const ends = programs.flatMap(({ loss, noise }) => [...endsOf(loss), ...endsOf(noise)]);
  const [low, high] = [Math.min(0, ...ends), Math.max(1, ...ends)];
  const step = STEPS.find((one) => (high - low) / one <= MOST_LINES) ?? STEPS[STEPS.length - 1];
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  const x = (percent: number): number => {
    const share = (percent / step - first) / (last - first);
    return Math.round(10 * (LEFT + share * (WIDTH - LEFT - RIGHT))) / 10;
  };
  return { x, marks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step) };
}

function endsOf({ median, lower, upper }: Spread): number[] {
  return [median, lower, upper];
}

function text(x: number, y: number, what: string, anchor = 'start'): string {
  return `<text x="${x}" y="${y}" fill="${INK.text}" text-anchor="${anchor}">${escaped(what)}</text>`;
}

function escaped(what: string): string {
  return what.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
