import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cg, tracesFolder } from './cg.js';

/** The surface of the recorded programs, in KiB. */
const SURFACE = (1280 * 720 * 4) / 1024;
/** Three on the device, three in the guest's memory, the expected one; a frame 0 in base64, gathered and decoded. */
const SURFACES = 12;
/** Measured 42,000 to 49,000 KiB; 69,000 to 82,000 with a frame's data as strings and copies of the surface. */
const MOST = SURFACES * SURFACE + 16 * 1024;

const STATUS = '/proc/self/status';
/** Prints the most memory that the process had; its rusage may be that of the process which started it. */
const PRINT_PEAK =
  "data:text/javascript,import{readFileSync}from'node:fs';" +
  `process.on('exit',()=>process.stderr.write(readFileSync('${STATUS}','utf8')))`;

/** The most memory that a run had, in KiB. */
function peakOf(args: readonly string[]): number {
  const { code, err } = cg(args, { NODE_OPTIONS: `--import=${PRINT_PEAK}` });
  expect(code).toBe(0);
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(err)?.[1]);
}

describe.runIf(existsSync(STATUS))('memory of cg replay', () => {
  it.each(['gears', 'terminal-scroll'])(
    '%s: is that of its surfaces and of one frame of the trace',
    (name) => {
      const more = peakOf(['replay', `${tracesFolder}${name}.cgtrace.gz`]) - peakOf(['replay', '--help']);
      expect(more).toBeLessThan(MOST);
    },
  );
});
