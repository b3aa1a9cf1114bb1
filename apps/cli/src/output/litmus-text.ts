import { basename } from 'node:path';
import {
  chainText,
  findingText,
  printStatement,
  runProgram,
  sequenceDiagram,
  Timeline,
  type Program,
  type RunOptions,
} from '@cg/litmus';
import type { RanFile } from '../litmus/run-file.js';
import { colors } from './colors.js';

const WIDTH = 100;

/** A line for each file: whether it passed, and its title. */
export function tabulateFiles(files: readonly RanFile[]): string {
  const failed = files.filter(({ passed }) => !passed).length;
  const count = `${files.length} ${files.length === 1 ? 'program' : 'programs'}`;
  const sum = `${count}, ${failed === 0 ? 'all passed' : `${failed} failed`}`;
  return `${[...rowsOf(files), sum].join('\n')}\n`;
}

/** The results of a variant on one screen: the programs of the errata, and the number of failing programs. */
export function summarizeVariant(variant: string, files: readonly RanFile[]): string {
  const errata = files.filter(({ path }) => nameOf(path).startsWith('erratum-'));
  const failed = files.filter(({ passed }) => !passed);
  const sum = `variant ${variant}: ${failed.length} of ${files.length} programs lose bytes or overwrite newer ones`;
  return `${[...rowsOf(errata), sum].join('\n')}\n`;
}

function rowsOf(files: readonly RanFile[]): string[] {
  const width = Math.max(...files.map(({ path }) => nameOf(path).length));
  return files.map((file) => {
    const mark = file.passed ? colors.green('ok  ') : colors.red('FAIL');
    return `${mark}  ${cut(`${nameOf(file.path).padEnd(width)}  ${whatItShows(file)}`, WIDTH - 6)}`;
  });
}

/** The number of wrong bytes, if any, and the title. */
function whatItShows({ result: { counts, findings }, text: { title } }: RanFile): string {
  const wrong = [
    ...(counts.lost > 0 ? [`${counts.lost} lost`] : []),
    ...(counts.stale > 0 ? [`${counts.stale} stale`] : []),
    ...findings.filter(({ kind }) => kind === 'leak' || kind === 'crash').map(({ kind }) => kind),
  ];
  return `${wrong.length === 0 ? '' : `[${wrong.slice(0, 3).join(', ')}] `}${title.at(0) ?? ''}`;
}

/** The first failure: its chain of events, and if requested the sequence diagram. */
export function describeFailure(
  files: readonly RanFile[],
  options: RunOptions,
  draw: 'with diagram' | 'without',
): string {
  const failed = files.find(({ passed }) => !passed);
  if (failed === undefined) {
    return '';
  }
  const { path, program, result } = failed;
  const unmet = result.unmet.map(({ step, value }) => `  ${textOf(program, step)}: it is ${value}\n`);
  return [`\n${nameOf(path)}\n`, describeRun(program, options, draw), ...unmet].join('');
}

/** The first finding of a program: as a sentence, a chain, and a diagram. */
export function describeRun(
  program: Program,
  options: RunOptions,
  draw: 'with diagram' | 'without' = 'with diagram',
): string {
  const timeline = new Timeline();
  const [finding] = runProgram(program, { ...options, timeline, stopAtFinding: true }).findings;
  if (finding === undefined) {
    return '';
  }
  const chain = chainText(finding, timeline);
  const diagram = draw === 'without' ? [] : ['', ...sequenceDiagram(timeline)];
  const lines = [...wrapped(findingText(finding, program)), ...chain, ...diagram];
  return lines.map((line) => `${`  ${cut(line, WIDTH - 2)}`.trimEnd()}\n`).join('');
}

function wrapped(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length > WIDTH - 6) {
      lines.push('   ');
    }
    const line = lines[lines.length - 1];
    lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function textOf(program: Program, step: number): string {
  return printStatement(program[step - 1]);
}

function nameOf(path: string): string {
  return basename(path).replace(/\.litmus$/, '');
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
