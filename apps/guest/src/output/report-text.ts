import type { CaseBox } from '@cg/machine/guest-cases';
import type { ComparedCase } from '../cases/compare-cases.js';
import type { ConsoleRate } from '../checks/measure-console.js';
import type { GuestReport } from '../run-guest.js';
import { colors } from './colors.js';

const NAME_COLUMNS = 36;
const MOST_BOXES = 3;

const HEAD = `${[
  '  id',
  'program'.padEnd(NAME_COLUMNS),
  'submits',
  'as recorded',
  'ours same',
  'why not; lost',
].join('  ')}\n`;

/** Whether a check has failed, or the command. */
export function hasFailed({ cases, console, memory, context, runExitCode, refused }: GuestReport): boolean {
  const isWrong = cases.some(({ wrong }) => wrong.length > 0) || (console?.wrongPixels ?? 0) > 0;
  const isMemoryWrong = memory.some(({ wrongBytes }) => wrongBytes > 0);
  const isContextWrong = (context?.missing.length ?? 0) > 0;
  return isWrong || isMemoryWrong || isContextWrong || refused > 0 || hasCommandFailed(runExitCode);
}

function hasCommandFailed(exitCode: GuestReport['runExitCode']): boolean {
  return exitCode !== undefined && exitCode !== 0;
}

/** A row of the table of cases, and its errors below it; the table's head is above the first row. */
export function caseLine(compared: ComparedCase, isFirst: boolean): string {
  const { id, name, submissions, asRecorded, oursEqual, wrong } = compared;
  const cells = [
    String(id).padStart(4),
    short(name).padEnd(NAME_COLUMNS),
    String(submissions).padStart(7),
    String(asRecorded).padStart(11),
    String(oursEqual).padStart(9),
  ];
  const line = `${cells.join('  ')}  ${differencesOf(compared)}`.trimEnd();
  const details = wrong.flatMap(({ step, what, kernel, recorded, ours }) => [
    colors.red(`      step ${step}: ${what}`),
    `        kernel ${boxesText(kernel)}`,
    `        recorded ${boxesText(recorded)}`,
    `        ours ${boxesText(ours)}`,
  ]);
  return `${isFirst ? colors.bold(HEAD) : ''}${[line, ...details].join('\n')}\n`;
}

/** The results of all guests as text. */
export function describeGuests(reports: readonly GuestReport[]): string {
  const lines = reports.flatMap(describeGuest);
  const cases = reports.flatMap((report) => report.cases);
  if (cases.length > 0) {
    lines.push(...describeCases(cases));
  }
  return `${lines.join('\n')}\n`;
}

/** The speeds of the consoles as text. */
export function describeRates(rates: readonly ConsoleRate[]): string {
  const lines = rates.map(({ console, size, linesPerSecond }) => {
    return `${console.padEnd(24)}${size.padEnd(20)}${linesPerSecond.toFixed(0).padStart(6)} lines per second`;
  });
  return `${lines.join('\n')}\n`;
}

function describeGuest(report: GuestReport): string[] {
  const { flavour, dx, restored, bootSeconds, loadSeconds, commands, refused, lastError } = report;
  const start = restored
    ? `continued in ${loadSeconds.toFixed(1)} s`
    : `user space after ${bootSeconds.toFixed(1)} s, driver loaded ${loadSeconds.toFixed(1)} s later`;
  const lines = [`${flavour}, ${dx ? 'with' : 'without'} DX contexts: ${start}, ${commands} device commands`];
  if (refused > 0) {
    lines.push(colors.red(`  the device refused ${refused} commands, the last: ${lastError}`));
  }
  if (report.console !== undefined) {
    const { width, height, wrongPixels } = report.console;
    const verdict = wrongPixels === 0 ? 'as stored' : colors.red(`${wrongPixels} pixels are not as stored`);
    lines.push(`  console picture, ${width}x${height}: ${verdict}`);
  }
  if (report.context !== undefined) {
    const { executed, missing } = report.context;
    const counted = Object.values(executed).reduce((sum, count) => sum + count, 0);
    const verdict = missing.length === 0 ? '' : colors.red(`, too few ${missing.join(', ')}`);
    lines.push(`  creation, use and destruction of a DX context: ${counted} commands executed${verdict}`);
  }
  if (hasCommandFailed(report.runExitCode)) {
    const how = report.runExitCode === null ? 'did not end in time' : `failed with ${report.runExitCode}`;
    lines.push(colors.red(`  the command ${how}`));
  }
  for (const { way, wrongBytes } of report.memory) {
    lines.push(`  ${way}: ${wrongBytes === 0 ? 'every byte' : colors.red(`${wrongBytes} wrong bytes`)}`);
  }
  return lines;
}

function describeCases(cases: readonly ComparedCase[]): string[] {
  const sum = (count: (compared: ComparedCase) => number): number =>
    cases.reduce((total, compared) => total + count(compared), 0);
  const lost = sum(({ differences: { E1, D1 } }) => E1 + D1);
  const wrong = sum((compared) => compared.wrong.length);
  return [
    '',
    `  programs                    ${cases.length}`,
    `  submissions                 ${sum(({ submissions }) => submissions)}`,
    `  kernel sends as recorded    ${sum(({ asRecorded }) => asRecorded)}`,
    `  ours equal to the kernel's  ${sum(({ oursEqual }) => oursEqual)}`,
    `  the kernel loses writes     ${lost} (E1 ${sum((one) => one.differences.E1)}, D1 ${sum(
      (one) => one.differences.D1,
    )}), all uploaded here`,
    `  left to the first use (E2)  ${sum(({ differences }) => differences.E2)}, taken by the device`,
    `  wider than necessary (D5)   ${sum(({ differences }) => differences.D5)}`,
    wrong === 0
      ? '  wrong                       0, in boxes, on the device and as the CPU sees it'
      : colors.red(`  wrong                       ${wrong}`),
  ];
}

function differencesOf({ differences, lostBytes }: ComparedCase): string {
  const named = Object.entries(differences).filter(([, count]) => count > 0);
  const counts = named.map(([erratum, count]) => `${erratum}×${count}`);
  return lostBytes === 0 ? counts.join(' ') : `${counts.join(' ')}; ${lostBytes} bytes`;
}

function short(name: string): string {
  return name.length <= NAME_COLUMNS ? name : `${name.slice(0, NAME_COLUMNS - 1)}…`;
}

function boxesText(boxes: readonly CaseBox[]): string {
  const shown = boxes.slice(0, MOST_BOXES).map((box) => `[${box.join(',')}]`);
  return boxes.length === 0 ? 'none' : `${shown.join(' ')}${boxes.length > MOST_BOXES ? ' …' : ''}`;
}
