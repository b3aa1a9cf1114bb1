import { colors } from '../output/colors.js';
import type { GlReport } from './run-gl.js';
import type { ProgramRun } from './run-program.js';

const NAME_COLUMNS = 12;

/** Whether a program failed, the device or the kernel complained, or something is left of the program. */
export function hasProgramFailed(run: ProgramRun): boolean {
  return run.exitCode !== 0 || complaints(run).length > 0;
}

/** A row for a program, and below it what is wrong. */
export function programLine(run: ProgramRun): string {
  const { name, exitCode, seconds, commands, draws, bytesUploaded, frames, shown, leftOut } = run;
  const onScreen = shown && `, ${shown.frames} frames shown, ${shown.perSecond.toFixed(1)} a second`;
  const each = frames === undefined || frames.frames < 2 ? '' : `, ${frames.each.toFixed(1)} ms a frame`;
  const counted = `${commands} commands, ${draws} draws, ${bytesUploaded} bytes uploaded`;
  const line = `${name.padEnd(NAME_COLUMNS)} ${seconds.toFixed(1)} s: ${counted}${onScreen ?? each}`;
  const ended = exitCode === null ? 'it does not end in time' : `it ends with ${exitCode}`;
  return linesOf(line, [...(exitCode === 0 ? [] : [ended]), ...complaints(run)], leftOut);
}

/** What a program, the device and the kernel complain about, and what is left of the program. */
export function complaints(run: Omit<ProgramRun, 'picture'>): string[] {
  const { errors, refused, lastError, warnings, left } = run;
  return [
    ...errors,
    ...(refused === 0 ? [] : [`the device refused ${refused} commands, the last: ${lastError}`]),
    ...warnings.map((line) => `kernel: ${line}`),
    ...Object.entries(left).map(([kind, count]) => `left on the device: ${count} ${kind}`),
  ];
}

/** A line; below it what is wrong, and what was left out, which fails nothing. */
export function linesOf(line: string, wrong: readonly string[], leftOut: readonly string[]): string {
  const below = [
    ...wrong.map((what) => colors.red(`  ${what}`)),
    ...leftOut.map((what) => colors.yellow(`  ${what}`)),
  ];
  return `${[line, ...below].join('\n')}\n`;
}

/** The guest in a line. */
export function describeGl({ renderer, coherent, restored, startSeconds }: GlReport): string {
  const how = restored ? 'continued' : 'booted';
  const memory = coherent ? 'coherent memory' : 'explicit transfers';
  return `guest ${how} in ${startSeconds.toFixed(1)} s, renderer ${renderer}, ${memory}\n`;
}

/** The results as JSON, without pictures. */
export function glAsJson(report: GlReport): string {
  const programs = report.programs.map(({ picture: _picture, ...run }) => run);
  return `${JSON.stringify({ ...report, programs }, null, 2)}\n`;
}
