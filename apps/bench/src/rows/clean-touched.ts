import { cleanRecordSharedMappingRange, cleanRecordTouchedSharedMappingRange } from '@cg/mapping-dirty';
import { ENTRIES_PER_TABLE } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { BenchError } from '../errors.js';
import { checksum, expectedRecord, sameRecord } from '../rivals/dirty-pattern.js';
import type { Row, Sample } from '../row.js';
import { medianPass, type Clock } from '../timing.js';
import { PresentMapping } from './present-mapping.js';

/** Of 100 tables, each covering 2 MiB, this many are touched. */
const TOUCHED_PERCENT = 1;

/** Timed passes in a sample: more than of the other rows, as one takes some 20 microseconds. */
const PASSES = 49;

type Clean = typeof cleanRecordSharedMappingRange;

/** Clean + record where a CPU has touched 1 % of the 2 MiB regions: by touched tables, against all of them. */
export function cleanTouchedRow(clock: Clock, tables: number): Row {
  const ours = 'cleanRecordTouchedSharedMappingRange';
  const rival = 'flat, every entry';
  return {
    name: 'clean + record, 1 % touched',
    unit: 'ns/entry',
    ours,
    rival,
    async open() {
      return {
        ours: sample(clock, tables, ours, cleanRecordTouchedSharedMappingRange),
        rival: sample(clock, tables, rival, cleanRecordSharedMappingRange),
      };
    },
  };
}

/** Stores to every page of the touched regions, as a CPU does: it sets the bits of all levels. */
function sample(clock: Clock, tables: number, contender: string, clean: Clean): Sample {
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
  // Once for the first time, when every table has to be looked at.
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
        const message = `${contender} recorded ${entries} entries in [${start}, ${end}), not what was stored to`;
        throw new BenchError('EBADMSG', message, contender);
      }
    },
  };
  return () => medianPass(clock, work, PASSES) / pageCount;
}
