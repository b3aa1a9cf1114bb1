import Table from 'cli-table3';
import pc from 'picocolors';
import type { RowResult } from '../row.js';

type Colours = ReturnType<typeof pc.createColors>;

/** A cost in three significant digits; large ones whole. */
function threeDigits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function cells(result: RowResult, colours: Colours): Table.HorizontalTableRow {
  const { name, rival, unit, median, rivalMedian, ratio, skipped } = result;
  if (median === null || rivalMedian === null || ratio === null) {
    return [name, rival, { colSpan: 4, content: colours.yellow(`skipped: ${skipped ?? 'not measured'}`) }];
  }
  const said = threeDigits(ratio);
  const shown = ratio < 1 ? colours.green(said) : said;
  return [name, rival, unit, threeDigits(median), threeDigits(rivalMedian), shown];
}

/** The results for people, a row each, in at most 100 columns. */
export function tabulateResults(results: readonly RowResult[], rounds: number, coloured: boolean): string {
  const colours = pc.createColors(coloured);
  const table = new Table({
    head: ['row', 'rival', 'unit', 'ours', 'rival', 'ratio'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right'],
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
  table.push(...results.map((result) => cells(result, colours)));
  return [
    ...table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd()),
    '',
    `Medians of ${rounds} interleaved rounds; ratio = ours / rival: below 1 ours is faster.`,
    '',
  ].join('\n');
}
