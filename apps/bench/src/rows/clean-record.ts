import { cleanRecordSharedMappingRange } from '@cg/mapping-dirty';
import { ENTRIES_PER_TABLE } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { hostClock } from '../clock.js';
import { batchesOf, REPETITIONS, roundsOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import { startRival } from '../rivals/c-contender.js';
import {
  checksum,
  drawDirty,
  expectedRecord,
  sameRecord,
  type DirtyShare,
  type Recorded,
} from '../rivals/dirty-pattern.js';
import type { Row } from '../row.js';
import { PresentMapping } from './present-mapping.js';
import type { RowSettings } from './settings.js';

const OURS = 'cleanRecordSharedMappingRange';
const RIVAL = 'C, one entry at a time';

/**
 * The code around the kernel runs once in each, and is compiled late. Without dirty entries a scan takes a tenth longer
 * after the usual rounds.
 */
const WARM_UP_SCANS = 1000;

const shares: readonly DirtyShare[] = [
  { name: 'dense', per10000: 10_000 },
  { name: '1 % dirty', per10000: 100 },
  { name: 'none dirty', per10000: 0 },
];

/**
 * Clean + record over full page tables, with all, some and no entries dirty, against a C program that tests one entry
 * at a time.
 */
export function rowsOf({ tables, compiler }: RowSettings): Row[] {
  return shares.map((share) => ({
    section: 'Clean + record',
    name: `clean + record, ${share.name}`,
    unit: 'ns/entry',
    ours: OURS,
    rival: RIVAL,
    async open(side) {
      const dirty = drawDirty(tables * ENTRIES_PER_TABLE, share);
      const expected = expectedRecord(dirty);
      if (side === 'ours') {
        return cleaning(tables, dirty, expected);
      }
      return startRival({
        source: 'clean_record.c',
        args: [tables, share.per10000, REPETITIONS],
        compiler,
        per: dirty.length,
        results: 5,
        check: ([entries, start, end, sum, left]) =>
          requireSame(RIVAL, { entries, start, end, checksum: sum, left }, expected),
      });
    },
  }));
}

/** Our side. Timed: the whole call, with its walk of the mapping and its flush of one CPU's TLB. */
function cleaning(tables: number, dirty: Uint8Array, expected: Recorded): Contender {
  const present = new PresentMapping(tables);
  const { mapping, pageCount } = present;
  const into = new DirtyPages(pageCount);
  let entries = 0;
  const work = {
    prepare() {
      present.setEntries(dirty);
      into.clearRange(0, pageCount);
    },
    work() {
      entries = cleanRecordSharedMappingRange(mapping, 0, pageCount, into, 0);
    },
    check() {
      const { start, end, bitmap } = into;
      const left = present.countDirty();
      requireSame(OURS, { entries, start, end, checksum: checksum(bitmap.words), left }, expected);
    },
  };
  return { ...batchesOf(hostClock, pageCount, work), warmUp: roundsOf(WARM_UP_SCANS) };
}

function requireSame(contender: string, found: Recorded, expected: Recorded): void {
  if (!sameRecord(found, expected)) {
    const message = `${contender} recorded ${describe(found)}, not ${describe(expected)}`;
    throw new BenchError('EBADMSG', message, contender);
  }
}

function describe({ entries, start, end, checksum, left }: Recorded): string {
  return `${entries} entries in [${start}, ${end}), checksum ${checksum}, and left ${left} dirty`;
}
