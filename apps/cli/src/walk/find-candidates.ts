import type { MemoryImage } from '@cg/memory-image';
import { findTopTables, PAGING_MODES, type TableCandidate } from '@cg/pagewalk/image';
import { EXIT } from '../exit-codes.js';
import { plainTable, tableText } from '../output/plain-table.js';
import { progressBar } from '../output/progress.js';
import { exactSize, physicalAddress } from '../output/virtual-address.js';
import { pagingOf, type TableOptions } from './image-tables.js';

/** Candidates that people are shown. */
const MOST_SHOWN = 20;

/** Lists pages that may be top tables, the likeliest first. Exit code 1 where there is none. */
export function findCandidates(
  image: MemoryImage,
  options: TableOptions & { readonly json?: boolean },
): number {
  const mebibytes = Math.ceil(image.end / 2 ** 20);
  const bar = progressBar('searching', mebibytes, 'MiB');
  const modes = options.paging === undefined ? PAGING_MODES : [options.paging];
  const { physicalBits, encryptionBit } = pagingOf(modes[0], options);
  const candidates = findTopTables(image, modes, {
    ...(physicalBits === undefined ? {} : { physicalBits }),
    ...(encryptionBit === undefined ? {} : { encryptionBit }),
    progress: (physical) => bar.update(Math.floor(physical / 2 ** 20)),
  });
  bar.stop();
  if (options.json === true) {
    const lines = candidates.map(({ table, ...rest }) =>
      JSON.stringify({ kind: 'candidate', table: physicalAddress(table), ...rest }),
    );
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } else {
    process.stdout.write(`${candidatesText(candidates)}\n`);
  }
  return candidates.length === 0 ? EXIT.CHECK_FAILED : EXIT.OK;
}

function candidatesText(candidates: readonly TableCandidate[]): string {
  if (candidates.length === 0) {
    return 'no page of the image looks like a top table';
  }
  const table = plainTable(
    ['top table', 'mode', 'entries', 'below', 'sound', 'mapped', 'same kernel', ''],
    2,
  );
  for (const candidate of candidates.slice(0, MOST_SHOWN)) {
    const { entries, seen, sameUpperHalf, hasSelfMap, mappedBytes } = candidate;
    table.push([
      physicalAddress(candidate.table),
      candidate.mode,
      String(entries),
      String(seen),
      `${Math.round(candidate.soundness * 100)} %`,
      exactSize(mappedBytes),
      sameUpperHalf === 0 ? '' : `${sameUpperHalf} more`,
      hasSelfMap ? 'self-map' : '',
    ]);
  }
  const more = candidates.length - MOST_SHOWN;
  return more > 0 ? `${tableText(table)}\n… and ${more} less likely ones (--json has all)` : tableText(table);
}
