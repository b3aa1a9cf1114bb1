import Table from 'cli-table3';
import pc from 'picocolors';
import { judge } from '../measuring/judgement.js';
import type { MeasureOptions, Result } from '../measuring/measure-match.js';
import { footerOf } from './footer.js';
import { cellsOf, headsOf, sectionsOf, type Section } from './sections.js';

type Colours = ReturnType<typeof pc.createColors>;

const SPREAD = 3;

function cells(label: string, { outcome }: Result, colours: Colours): Table.HorizontalTableRow {
  if ('skipped' in outcome) {
    return [label, { colSpan: 5, content: colours.yellow(`skipped: ${outcome.skipped}`) }];
  }
  const verdict = judge(outcome);
  const colour = verdict === 'faster' ? colours.green : verdict.startsWith('not') ? colours.yellow : String;
  return [label, ...cellsOf(outcome).filter((_, i) => i !== SPREAD), colour(verdict)];
}

function tabulate({ heading, lines, againstItself }: Section, labelWidth: number, colours: Colours): string {
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
  table.push(...lines.map(({ label, result }) => cells(label.padEnd(labelWidth), result, colours)));
  const aa = againstItself?.map((one) => one.toFixed(3)).join(' to ') ?? 'not measured';
  const drawn = table.toString().split('\n');
  return [heading, ...drawn.map((line) => `  ${line.trimEnd()}`.trimEnd()), `  A/A  ${aa}`, ''].join('\n');
}

/** The results for people, a table for each section, in at most 100 columns. */
export function tabulateResults(
  results: readonly Result[],
  options: MeasureOptions,
  coloured: boolean,
): string {
  const colours = pc.createColors(coloured);
  const sections = sectionsOf(results);
  const labels = sections.flatMap(({ lines }) => lines.map(({ label }) => label.length));
  const width = Math.max(...labels);
  return `${[...sections.map((section) => tabulate(section, width, colours)), footerOf(options)].join('\n')}\n`;
}
