import { complaints, linesOf } from './gl-report.js';
import type { PiglitRecord } from './piglit-tests.js';

const RESULT_COLUMNS = 8;
const MOST_LINES = 8;

function isBad(result: string): boolean {
  return result !== 'pass' && result !== 'skip';
}

/** Whether a test failed, except where llvmpipe fails too; or the device or the kernel complained. */
export function hasTestFailed(run: PiglitRecord): boolean {
  const isExcused = run.reference !== undefined && isBad(run.reference);
  return (isBad(run.result) && !isExcused) || complaints(run).length > 0;
}

/** A row for a test: its result, that of llvmpipe; below it what is wrong. */
export function testLine(run: PiglitRecord): string {
  // Files of earlier versions do not have what was left out.
  const { name, result, reference, referenceOn, seconds, output, leftOut = [] } = run;
  const compared =
    reference === undefined
      ? ''
      : `, llvmpipe${referenceOn === 'host' ? ' on this machine' : ''}: ${reference}`;
  const line = `${result.padEnd(RESULT_COLUMNS)} ${name} (${seconds.toFixed(1)} s${compared})`;
  const said = isBad(result) ? output.trim().split('\n').slice(-MOST_LINES) : [];
  return linesOf(line, [...complaints(run), ...said], leftOut);
}

/** The results as JSON. */
export function testsAsJson(tests: readonly PiglitRecord[]): string {
  return `${JSON.stringify({ tests }, null, 2)}\n`;
}
