import { judge } from '../measuring/judgement.js';
import type { MeasureOptions, Result } from '../measuring/measure-match.js';
import { footerOf } from './footer.js';
import { cellsOf, headsOf, sectionsOf } from './sections.js';

/** The results as tables of Markdown, one for each section. */
export function resultsAsMarkdown(results: readonly Result[], options: MeasureOptions): string {
  const tables = sectionsOf(results).map(({ heading, lines, againstItself }) => {
    const rows = lines.map(({ label, result }) => rowOf([label, ...lineCells(result)]));
    const aa = againstItself?.map((one) => one.toFixed(3)).join(' to ') ?? '';
    return [
      `**${heading}**`,
      '',
      rowOf(['', ...headsOf(lines[0].result), 'ratio', 'spread', 'A/A', 'verdict']),
      '|---|--:|--:|--:|--:|--:|---|',
      ...rows,
      rowOf(['A/A', '', '', '', '', aa, '']),
      '',
    ].join('\n');
  });
  return `${[...tables, footerOf(options)].join('\n')}\n`;
}

function lineCells({ outcome }: Result): string[] {
  return 'skipped' in outcome
    ? ['', '', '', '', '', `skipped: ${outcome.skipped}`]
    : [...cellsOf(outcome), judge(outcome)];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
