import {
  ENTRY_SPAN,
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
      readonly does: 'store' | 'unmap' | 'move' | 'object unmaps';
      readonly page: number;
      readonly pages: number;
    }
  | { readonly does: 'huge'; readonly table: number }
  | { readonly does: 'fork' | 'write-protect' | 'notify' };

const pages = fc.record({
  does: fc.constantFrom('store', 'store', 'store', 'unmap', 'move', 'object unmaps'),
  page: fc.nat(PAGES - 1),
  pages: fc.constantFrom(1, 2, 40, TABLE),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: pages as fc.Arbitrary<Step> },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('huge' as const), table: fc.nat(TABLES) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('fork', 'write-protect', 'notify') }) },
);

/** An object in one process or two, the first at an address in the middle of a leaf table. */
class Twin {
  readonly object = new MappedObject(PAGES);
  readonly spaces: AddressSpace[] = [];
  readonly cpus: Cpu[] = [];
  told = 0;

  constructor(readonly scan: (twin: Twin, into: DirtyPages) => number) {
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
          TABLE,
          PAGE_RW | PAGE_USER,
          0,
          2,
        );
        break;
      case 'store':
        this.cpus.forEach((cpu, i) => {
          for (const vma of this.spaces[i].vmas) {
            const end = Math.min(step.page + step.pages, vma.firstPage + vma.pageCount);
            for (let page = Math.max(step.page, vma.firstPage); page < end; page += 1 + 7 * i) {
              cpu.store8(vma.addressOf(page), 1);
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

  /** Does a step, and scans. @returns all that a scan changes */
  after(step: Step): unknown {
    let failed = '';
    try {
      this.do(step);
    } catch (error) {
      failed = String(error);
    }
    const into = new DirtyPages(PAGES);
    const changed = this.scan(this, into);
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
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let tracked: TrackedMapping | undefined;
        const counters = { entriesScanned: 0, hugeEntriesFound: 0 };
        const known = new Twin(({ object }, into) => {
          tracked ??= new TrackedMapping(object.mapping, 0, PAGES);
          return tracked.cleanAndRecord(0, PAGES, into);
        });
        const looking = new Twin(({ object }, into) =>
          cleanRecordSharedMappingRange(object.mapping, 0, PAGES, into, 0, counters),
        );
        for (const one of steps) {
          expect(known.after(one)).toEqual(looking.after(one));
          const { entriesScanned, hugeEntriesFound } = tracked as TrackedMapping;
          expect({ entriesScanned, hugeEntriesFound }).toEqual(counters);
        }
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
