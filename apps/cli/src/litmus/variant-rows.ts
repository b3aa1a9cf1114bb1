import { basename } from 'node:path';
import { postedVariants, variantRow, type VariantRow } from '@cg/litmus';
import { litmusFiles } from '@cg/litmus/node';
import { progressBar } from '../output/progress.js';
import { readProgram } from './run-file.js';

/** What finds each posted defect: its bundled program, and random ones. @param seeds how many of them */
export async function variantRows(seeds: number): Promise<VariantRow[]> {
  const files = new Map(litmusFiles().map((path) => [basename(path, '.litmus'), path]));
  const progress = progressBar('variants', postedVariants.length, 'variants');
  const rows: VariantRow[] = [];
  for (const variant of postedVariants) {
    const program = await readProgram(files.get(`erratum-${variant.id}`) ?? '');
    rows.push(variantRow(variant, program, seeds));
    progress.update(rows.length);
  }
  progress.stop();
  return rows;
}
