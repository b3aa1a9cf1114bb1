import Table from 'cli-table3';
import pc from 'picocolors';
import { judge } from '../measuring/judgement.js';
import type { Measured, MeasureOptions, Result } from '../measuring/measure-match.js';
import { footerOf } from './footer.js';
import { cellsOf, headsOf, sectionsOf, type Section } from './sections.js';

type Colours = ReturnType<typeof pc.createColors>;

/** The index of the spread among a line's cells, which is omitted for lack of room. */
const SPREAD = 3;

function cells(label: string, measured: Measured, colours: Colours): string[] {
  const verdict = judge(measured);
  const colour = verdict === 'faster' ? colours.green : verdict.startsWith('not') ? colours.yellow : String;
  return [label, ...cellsOf(measured).filter((_, i) => i !== SPREAD), colour(verdict)];
}

function tabulate({ heading, lines, againstItself }: Section, colours: Colours): string {
  const labelWidth = Math.max(...lines.map(({ label }) => label.length));
  const table = new Table({
    head: ['', ...headsOf(lines[0].result), 'ratio', 'A/A', 'verdict'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
  const skips: string[] = [];
  for (const { label, result } of lines) {
    const { outcome } = result;
    const padded = label.padEnd(labelWidth);
    if ('skipped' in outcome) {
      skips.push(`${padded}  ${colours.yellow(`skipped: ${outcome.skipped}`)}`);
    } else {
      table.push(cells(padded, outcome, colours));
    }
  }
  const drawn = table.length === 0 ? [] : table.toString().split('\n');
  const aa = againstItself?.map((one) => one.toFixed(3)).join(' to ') ?? 'not measured';
  const below = [...drawn, ...skips, `${'A/A'.padEnd(labelWidth)}  ${aa}`];
  return [heading, ...below.map((line) => `  ${line.trimEnd()}`.trimEnd()), ''].join('\n');
}

/** The results as text, a table for each section, in at most 120 columns. */
export function tabulateResults(
  results: readonly Result[],
  options: MeasureOptions,
  coloured: boolean,
): string {
  const colours = pc.createColors(coloured);
  const sections = sectionsOf(results).map((section) => tabulate(section, colours));
  return `${[...sections, footerOf(options)].join('\n')}\n`;
}
