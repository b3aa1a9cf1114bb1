import {
  ENTRY_SPAN,
  PAGE_DIRTY,
  PAGE_RW,
  PAGE_SIZE,
  PAGE_USER,
  tableOfEntry,
  type AddressSpace,
  type Cpu,
} from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { TrackedMapping } from './tracked-mapping.js';

const TABLES = 4;
const PAGES = (TABLES * ENTRY_SPAN[2]) / PAGE_SIZE;
/** Not at the start of a table, so that the first and the last are used in part. */
const START = 7 * ENTRY_SPAN[2] + 300 * PAGE_SIZE;
/** Between the old place of what is moved and the new one. */
const PLACES = 16 * ENTRY_SPAN[2] + PAGE_SIZE;
const TABLE = ENTRY_SPAN[2] / PAGE_SIZE;

type Step =
  | {
      readonly does: 'store' | 'load' | 'unmap' | 'move' | 'object unmaps';
      readonly page: number;
      readonly pages: number;
    }
  | { readonly does: 'huge'; readonly table: number }
  | { readonly does: 'fork' | 'write-protect' | 'notify' | 'clean touched' };

const pages = fc.record({
  does: fc.constantFrom('store', 'store', 'store', 'load', 'unmap', 'move', 'object unmaps'),
  page: fc.nat(PAGES - 1),
  pages: fc.constantFrom(1, 2, 40, TABLE),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: pages as fc.Arbitrary<Step> },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('huge' as const), table: fc.nat(TABLES) }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('fork', 'write-protect', 'notify', 'clean touched') }),
  },
);

/** Page ranges that are scanned: all, and two that share a leaf table. */
const HALF = PAGES / 2;
const ranges = [
  [0, PAGES],
  [0, HALF],
  [HALF, HALF],
] as const;
type Range = (typeof ranges)[number];
const stepAndScan = fc.record({ step, range: fc.constantFrom(ranges[0], ...ranges) });

/** An object in one process or two, the first at an address in the middle of a leaf table. */
class Twin {
  readonly object = new MappedObject(PAGES);
  readonly spaces: AddressSpace[] = [];
  readonly cpus: Cpu[] = [];
  told = 0;

  constructor(readonly scan: (twin: Twin, range: Range, into: DirtyPages) => number) {
    const { addressSpace, cpu } = this.object.process(undefined, START);
    this.spaces.push(addressSpace);
    this.cpus.push(cpu);
  }

  do(step: Step): void {
    const [first] = this.spaces;
    switch (step.does) {
      case 'fork': {
        const child = first.fork();
        this.spaces.push(child);
        this.cpus.push(this.object.cpu(child));
        break;
      }
      case 'write-protect':
        first.protect(first.vmas[0].start, PAGE_SIZE, 1);
        break;
      case 'notify':
        first.addNotifier({ invalidateStart: () => this.told++, invalidateEnd: () => this.told++ });
        break;
      case 'huge':
        first.tables.map(
          START - (START % ENTRY_SPAN[2]) + step.table * ENTRY_SPAN[2],
          2 * TABLE, // frames that hold no page table
          PAGE_RW | PAGE_USER,
          0,
          2,
        );
        break;
      case 'clean touched':
        cleanRecordTouchedSharedMappingRange(this.object.mapping, 0, PAGES, new DirtyPages(PAGES), 0, {
          entriesScanned: 0,
          hugeEntriesFound: 0,
        });
        break;
      case 'load':
      case 'store':
        this.cpus.forEach((cpu, i) => {
          for (const vma of this.spaces[i].vmas) {
            const end = Math.min(step.page + step.pages, vma.firstPage + vma.pageCount);
            for (let page = Math.max(step.page, vma.firstPage); page < end; page += 1 + 7 * i) {
              if (step.does === 'store') {
                cpu.store8(vma.addressOf(page), 1);
              } else {
                cpu.load8(vma.addressOf(page));
              }
            }
          }
        });
        break;
      case 'unmap':
        first.unmapRange(first.vmas[0].start + step.page * PAGE_SIZE, step.pages * PAGE_SIZE);
        break;
      case 'move': {
        const [{ start: address, end }] = first.vmas;
        const length = Math.min(end - address, step.pages * PAGE_SIZE);
        first.remap({ address, length, newLength: length, newAddress: address + PLACES });
        break;
      }
      case 'object unmaps':
        this.object.mapping.unmapRange(step.page, Math.min(step.pages, PAGES - step.page));
    }
  }

  /** Does a step, and scans a range. @returns all that a scan changes */
  after(step: Step, range: Range): unknown {
    let failed = '';
    try {
      this.do(step);
    } catch (error) {
      failed = String(error);
    }
    const into = new DirtyPages(PAGES);
    const changed = this.scan(this, range, into);
    const { told, cpus } = this;
    return {
      failed,
      changed,
      hull: [into.start, into.end],
      bits: [...into.bitmap.ranges()],
      told,
      walks: cpus.map(({ statistics }) => ({ ...statistics })),
    };
  }
}

describe('the tables that a scan of all pages keeps', () => {
  it('4.3, 4.4: it finds, cleans, flushes and tells what a scan does that looks for them', () => {
    fc.assert(
      fc.property(fc.array(stepAndScan, { maxLength: 30 }), (steps) => {
        const trackers = new Map<Range, TrackedMapping>();
        const counters = { entriesScanned: 0, hugeEntriesFound: 0 };
        const known = new Twin(({ object }, range, into) => {
          const [first, count] = range;
          const tracked = trackers.get(range) ?? new TrackedMapping(object.mapping, first, count);
          trackers.set(range, tracked);
          return tracked.cleanAndRecord(0, count, into);
        });
        const looking = new Twin(({ object }, [first, count], into) =>
          cleanRecordSharedMappingRange(object.mapping, first, count, into, first, counters),
        );
        for (const { step: one, range } of steps) {
          expect(known.after(one, range)).toEqual(looking.after(one, range));
        }
        const all = [...trackers.values()];
        expect({
          entriesScanned: all.reduce((sum, { entriesScanned }) => sum + entriesScanned, 0),
          hugeEntriesFound: all.reduce((sum, { hugeEntriesFound }) => sum + hugeEntriesFound, 0),
        }).toEqual(counters);
      }),
      { numRuns: 60 },
    );
  });

  /** Scanned twice: the tables are known. */
  function scanned() {
    const object = new MappedObject(8);
    const process = object.process();
    const tracked = new TrackedMapping(object.mapping, 0, 8);
    const dirty = new DirtyPages(8);
    const scan = () => tracked.cleanAndRecord(0, 8, dirty);
    process.cpu.store8(process.vma.start, 1);
    scan();
    return { ...process, object, scan };
  }

  describe('reads only tables that a CPU has walked to since they were cleaned', () => {
    it('4.3: others may hold what they like', () => {
      const { object, addressSpace, vma, cpu, scan } = scanned();
      const entry = addressSpace.tables.find(vma.start);
      object.memory.u32[entry] |= PAGE_DIRTY; // as no CPU does it
      expect(scan()).toBe(0);
      cpu.store8(vma.start + PAGE_SIZE, 1);
      expect([scan(), scan()]).toEqual([2, 0]);
    });

    it('4.4: a CPU keeps none of them in its paging-structure cache', () => {
      const { vma, cpu, scan } = scanned();
      for (let page = 0; page < 4; page++) {
        cpu.store8(vma.start + page * PAGE_SIZE, 1);
        expect(scan()).toBe(1);
      }
    });

    it('4.3: two ranges that share a table find what was stored in each', () => {
      const { object, vma, cpu } = scanned();
      const [lower, upper] = [0, 4].map((first) => {
        const tracked = new TrackedMapping(object.mapping, first, 4);
        return () => tracked.cleanAndRecord(0, 4, new DirtyPages(4));
      });
      for (let round = 0; round < 3; round++) {
        cpu.store8(vma.start, 1);
        cpu.store8(vma.start + 5 * PAGE_SIZE, 1);
        expect([lower(), upper(), lower(), upper()]).toEqual([1, 1, 0, 0]);
      }
    });

    it('4.3: dirty entries that were moved into a table are found, though no CPU has walked to it', () => {
      const { addressSpace, vma, cpu, scan } = scanned();
      cpu.store8(vma.start, 1);
      const length = vma.end - vma.start;
      addressSpace.remap({ address: vma.start, length, newLength: length, newAddress: vma.start + PLACES });
      expect(scan()).toBe(1);
    });

    /** All of two leaf tables. */
    function wholeTables() {
      const object = new MappedObject(2 * TABLE);
      const process = object.process(undefined, 7 * ENTRY_SPAN[2]);
      const cleanTouched = () => {
        const into = new DirtyPages(2 * TABLE);
        return cleanRecordTouchedSharedMappingRange(object.mapping, 0, 2 * TABLE, into, 0);
      };
      const tracked = (first: number, count: number) => {
        const memory = new TrackedMapping(object.mapping, first, count);
        return () => memory.cleanAndRecord(0, count, new DirtyPages(count));
      };
      return { object, ...process, cleanTouched, tracked };
    }

    it('A3: and those that another clean had taken, but could not clean', () => {
      const { addressSpace, vma, cpu, cleanTouched, tracked } = wholeTables();
      const scan = tracked(0, 2 * TABLE);
      const store = () => {
        cpu.store8(vma.start, 1);
      };
      store();
      expect(scan()).toBe(1);
      store();
      const table = tableOfEntry(addressSpace.tables.find(vma.start));
      addressSpace.tables.lockTable(table, 'another');
      expect(cleanTouched).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      addressSpace.tables.unlockTable(table, 'another');
      expect([scan(), scan()]).toEqual([1, 0]);
    });

    it('A3: and leaves the rest of a table to a clean of touched tables', () => {
      const { vma, cpu, cleanTouched, tracked } = wholeTables();
      const scan = tracked(0, 8);
      const store = () => {
        cpu.store8(vma.start, 1);
        cpu.store8(vma.start + 100 * PAGE_SIZE, 1);
      };
      store();
      expect([scan(), cleanTouched()]).toEqual([1, 1]);
      store();
      expect([scan(), cleanTouched(), scan(), cleanTouched()]).toEqual([1, 1, 0, 0]);
    });
  });

  it('3.3: a lock that is held keeps it out', () => {
    const { object, addressSpace, vma, scan } = scanned();
    const table = tableOfEntry(addressSpace.tables.find(vma.start));
    addressSpace.tables.lockTable(table, 'another');
    expect(scan).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    addressSpace.tables.unlockTable(table, 'another');
    object.mapping.lock.acquireWrite('another');
    expect(scan).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
  });

  it('3.5: the lock of the mapping keeps it out where nothing is mapped, too', () => {
    const { mapping } = new MappedObject(8);
    const tracked = new TrackedMapping(mapping, 0, 8);
    const scan = () => tracked.cleanAndRecord(0, 8, new DirtyPages(8));
    expect(scan()).toBe(0);
    mapping.lock.acquireWrite('another');
    expect(scan).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
  });

  it('3.5: a notifier cannot unmap what is scanned', () => {
    const { addressSpace, object, scan } = scanned();
    const other = object.process();
    scan();
    const unmap = () => other.addressSpace.unmap(other.vma);
    addressSpace.addNotifier({ invalidateStart: unmap, invalidateEnd: () => {} });
    expect(scan).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
  });

  it('4.3: another CPU that stores at a preemption point is not lost', () => {
    const { object, cpu, vma, scan } = scanned();
    const { preemption } = object.memory;
    cpu.store8(vma.start, 1);
    preemption.at('walk: between upper entry and table lock', () => cpu.store8(vma.start + PAGE_SIZE, 1));
    preemption.at('clean: between entries and flush', () => cpu.store8(vma.start + 2 * PAGE_SIZE, 1));
    expect([scan(), preemption.isPending, scan()]).toEqual([2, false, 1]);
  });
});
