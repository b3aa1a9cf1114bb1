import { colors } from '../output/colors.js';
import type { GlReport } from './run-gl.js';
import type { ProgramRun } from './run-program.js';

const NAME_COLUMNS = 12;

/** Whether a program failed, the device or the kernel complained, or something is left of the program. */
export function hasProgramFailed({ exitCode, refused, left, warnings, errors }: ProgramRun): boolean {
  return exitCode !== 0 || refused > 0 || Object.keys(left).length > 0 || warnings.length + errors.length > 0;
}

/** A row for a program, and below it what is wrong. */
export function programLine(run: ProgramRun): string {
  const { name, exitCode, seconds, commands, draws, bytesUploaded, frames, refused, lastError } = run;
  const each = frames === undefined || frames.frames < 2 ? '' : `, ${frames.each.toFixed(1)} ms a frame`;
  const counted = `${commands} commands, ${draws} draws, ${bytesUploaded} bytes uploaded`;
  const lines = [`${name.padEnd(NAME_COLUMNS)} ${seconds.toFixed(1)} s: ${counted}${each}`];
  const wrong = [
    ...(exitCode === 0 ? [] : [`it ends with ${exitCode}`]),
    ...run.errors,
    ...(refused === 0 ? [] : [`the device refused ${refused} commands, the last: ${lastError}`]),
    ...run.warnings.map((line) => `kernel: ${line}`),
    ...Object.entries(run.left).map(([kind, count]) => `left on the device: ${count} ${kind}`),
  ];
  return `${[...lines, ...wrong.map((line) => colors.red(`  ${line}`))].join('\n')}\n`;
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
