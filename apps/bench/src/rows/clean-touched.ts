import { cleanRecordSharedMappingRange, cleanRecordTouchedSharedMappingRange } from '@cg/mapping-dirty';
import { ENTRIES_PER_TABLE } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import { checksum, expectedRecord, sameRecord } from '../rivals/dirty-pattern.js';
import type { Row } from '../row.js';
import { PresentMapping } from './present-mapping.js';
import type { RowSettings } from './settings.js';

/** Of 100 tables, each covering 2 MiB, this many are touched. */
const TOUCHED_PERCENT = 1;

/** One takes some 20 microseconds. */
const REPETITIONS = 10;

type Clean = typeof cleanRecordSharedMappingRange;

/** Clean + record after a CPU has touched 1 % of the 2 MiB regions: by touched tables, against all of them. */
export function rowsOf({ tables }: RowSettings): Row[] {
  const ours = 'cleanRecordTouchedSharedMappingRange';
  const rival = 'flat, every entry';
  return [
    {
      section: 'Clean + record by touched tables',
      name: 'clean + record, 1 % touched',
      unit: 'ns/entry',
      ours,
      rival,
      rivalOfPackages: true,
      open: async (side) =>
        side === 'ours'
          ? cleaning(tables, ours, cleanRecordTouchedSharedMappingRange)
          : cleaning(tables, rival, cleanRecordSharedMappingRange),
    },
  ];
}

/** Stores to every page of the touched regions, as a CPU does: it sets the bits of all levels. */
function cleaning(tables: number, contender: string, clean: Clean): Contender {
  const present = new PresentMapping(tables);
  const { mapping, pageCount } = present;
  const dirty = new Uint8Array(pageCount);
  const touched = Math.max(1, Math.floor((tables * TOUCHED_PERCENT) / 100));
  for (let i = 0; i < touched; i++) {
    const table = Math.floor((i * tables) / touched);
    dirty.fill(1, table * ENTRIES_PER_TABLE, (table + 1) * ENTRIES_PER_TABLE);
  }
  const expected = expectedRecord(dirty);
  present.setEntries(new Uint8Array(pageCount));
  const into = new DirtyPages(pageCount);
  // The first call, which has to look at every table.
  clean(mapping, 0, pageCount, into, 0);
  let entries = 0;
  const work = {
    prepare() {
      present.store(dirty);
      into.clearRange(0, pageCount);
    },
    work() {
      entries = clean(mapping, 0, pageCount, into, 0);
    },
    check() {
      const { start, end, bitmap } = into;
      const found = { entries, start, end, checksum: checksum(bitmap.words), left: present.countDirty() };
      if (!sameRecord(found, expected)) {
        const message = `${contender} recorded ${entries} entries in [${start}, ${end}), not the stored pages`;
        throw new BenchError('EBADMSG', message, contender);
      }
    },
  };
  return batchesOf(hostClock, pageCount, work, REPETITIONS);
}
