import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hostClock } from '../clock.js';
import type { Contender, Pass } from '../contender.js';
import type { Row } from '../row.js';
import { SparseImage } from './sparse-image.js';

const NANOSECONDS_PER_MS = 1_000_000;
/** Processes in a pass. */
const STEPS = 2;

/** The whole process `cg walk` of a sparse image of 4 GiB. */
export function rowsOf(): Row[] {
  return [
    {
      section: 'cg walk, from start to end',
      name: 'cg walk, 4 GiB sparse',
      unit: 'ms',
      ours: 'cg walk',
      rival: 'node -e 0',
      open: async (side) => (side === 'ours' ? walkProgram() : idleProgram()),
    },
  ];
}

/** The built program of the checkout of the packages: that of the other build in comparisons. */
function walkProgram(): Contender {
  const manifest = new URL('../../../apps/cli/package.json', import.meta.resolve('@cg/pagewalk'));
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { cg: string } };
  const program = fileURLToPath(new URL(bin.cg, manifest));
  const image = new SparseImage();
  const check = (text: string) => {
    const ranges = [...text.matchAll(/^0x([0-9a-f]{16})-0x([0-9a-f]{16}) /gm)];
    const pages = ranges.map(([, start, end]) => (Number(`0x${end}`) - Number(`0x${start}`)) / 4096);
    const sum = pages.reduce((total, count) => total + count, 0);
    image.check(ranges.length, sum, 'cg walk');
  };
  const args = [program, 'walk', image.write('raw'), '--cr3', String(image.cr3)];
  return { ...processes(args, check), close: () => image.remove() };
}

function idleProgram(): Contender {
  return processes(['-e', '0'], () => {});
}

/** A new process of Node in each step, so no step is warmer than another. */
function processes(args: readonly string[], check: (printed: string) => void): Contender {
  const step = () => {
    const before = hostClock();
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const taken = hostClock() - before;
    check(stdout);
    return [taken];
  };
  const pass: Pass = { step, end() {} };
  return { steps: STEPS, alike: true, per: NANOSECONDS_PER_MS * STEPS, begin: () => pass };
}
