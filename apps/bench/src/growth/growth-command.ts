import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { cpuClock } from '../clock.js';
import { BenchError } from '../errors.js';
import { lowerQuartile } from '../measuring/quantile.js';
import { growthAsSvg, type Growth } from './growth-svg.js';
import { measurements, type Measurement } from './measurements.js';
import { slopeOf } from './slope.js';

interface GrowthOptions {
  readonly svg?: string;
  readonly json?: boolean;
}

/** Where text goes. */
interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Progress is printed. */
  readonly watched: boolean;
}

const WARM_UP = 5;
const ROUNDS = 15;
/** A round repeats short work for so long, in nanoseconds: processor time is counted in steps of a microsecond. */
const ROUND_NS = 4e6;

const DETAILS = `
Examples:
  $ npm run -s bench -- growth                      the slopes, some minutes
  $ npm run -s bench -- growth --svg growth.svg     and the picture
  $ npm run -s bench -- growth --json | jq '.growth[] | {name, slope}'`;

/** `bench growth`: draws cost against size. */
export function growthCommand(output: Output, of: readonly Measurement[] = measurements): Command {
  return new Command('growth')
    .description('Measures how costs grow with sizes: the slope in log-log, 1 being in proportion.')
    .option('--svg <file>', 'write a picture of cost against size')
    .option('--json', 'print the points and slopes as JSON')
    .addHelpText('after', DETAILS)
    .action((options: GrowthOptions) => {
      if (options.svg !== undefined) {
        inFile(options.svg, (path) => closeSync(openSync(path, 'a')));
      }
      const growth = of.map((one) => measure(one, output));
      if (options.svg !== undefined) {
        inFile(options.svg, (path) => writeFileSync(path, growthAsSvg(growth)));
      }
      const lines = growth.map(({ name, slope }) => `${name.padEnd(28)}${slope.toFixed(2)}\n`);
      output.out(options.json === true ? `${JSON.stringify({ growth })}\n` : lines.join(''));
    });
}

/** The sizes alternate, and all are warm before the first counted round: later ones would gain by compiled code. */
function measure({ name, sizes, open }: Measurement, { err, watched }: Output): Growth {
  if (watched) {
    err(`bench: ${name}, ${sizes.map((size) => size.toLocaleString('en')).join(' ')}\n`);
  }
  const works = sizes.map((size) => {
    const work = open(size);
    const once = timed(work, WARM_UP);
    const times = Math.max(1, Math.ceil(ROUND_NS / once));
    timed(work, WARM_UP * times);
    return {
      size,
      work,
      times: Math.max(1, Math.ceil(ROUND_NS / timed(work, times))),
      costs: [] as number[],
    };
  });
  for (let round = 0; round < ROUNDS; round++) {
    works.forEach(({ work, times, costs }) => costs.push(timed(work, times)));
  }
  const points = works.map(({ size, costs }) => ({ size, cost: lowerQuartile(costs) }));
  return { name, points, slope: slopeOf(points) };
}

/** Nanoseconds of one repetition; at least those that the clock can tell. */
function timed(work: () => void, times: number): number {
  const start = cpuClock();
  for (let i = 0; i < times; i++) {
    work();
  }
  return Math.max(cpuClock() - start, 1000) / times;
}

/** @throws BenchError EINVAL if the file cannot be written */
function inFile(path: string, act: (path: string) => void): void {
  try {
    act(path);
  } catch (error) {
    throw new BenchError('EINVAL', `cannot write the picture: ${(error as Error).message}`);
  }
}
