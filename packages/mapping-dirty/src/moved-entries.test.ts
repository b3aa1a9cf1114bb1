import { PAGE_DIRTY, PAGE_RW, PAGE_SIZE, type Vma } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { wpSharedMappingRange } from './write-protect.js';

const REGION_PAGES = 512;
const PAGES = 3 * REGION_PAGES;

const ways = [
  ['flat', cleanRecordSharedMappingRange],
  ['by touched tables', cleanRecordTouchedSharedMappingRange],
] as const;

function clean(
  object: MappedObject,
  way: (typeof ways)[number][1],
  first = 0,
  count = object.pages - first,
): number[] {
  const dirty = new DirtyPages(object.pages);
  way(object.mapping, first, count, dirty, 0);
  return [...dirty.bitmap.ranges()].flatMap(([start, end]) =>
    Array.from({ length: end - start }, (_, i) => start + i),
  );
}

describe.each(ways)('a clean (%s)', (_, way) => {
  it('2.7, 4.2, A4: leaves a page that is being moved as it is, whatever its bits look like', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu, addressSpace } = object.process();
    [5, 6, REGION_PAGES + 7].forEach((page) => cpu.store8(vma.addressOf(page), 1));
    const { u32 } = object.memory;
    // Migration entries: not present, and other bits in the places of dirty and write.
    const moving = (0xabcde000 | PAGE_DIRTY | PAGE_RW) >>> 0;
    const pte = addressSpace.tables.find(vma.addressOf(5));
    const pmd = addressSpace.tables.findEntry(vma.addressOf(REGION_PAGES), 2);
    const pud = addressSpace.tables.findEntry(vma.start, 3);
    const [belowPmd, belowPud] = [u32[pmd], u32[pud]];
    [pte, pmd, pud].forEach((entry) => (u32[entry] = moving));
    expect(clean(object, way)).toEqual([]);
    wpSharedMappingRange(object.mapping, 0, PAGES);
    expect(u32[pud]).toBe(moving);
    u32[pud] = belowPud;
    expect(clean(object, way)).toEqual([6]);
    wpSharedMappingRange(object.mapping, 0, PAGES);
    expect([u32[pte], u32[pmd]]).toEqual([moving, moving]);
    u32[pmd] = belowPmd;
    expect(clean(object, way)).toEqual([REGION_PAGES + 7]);
  });

  it('4.3: finds what was written through the child of a fork, and loses nothing of the parent’s', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu, addressSpace } = object.process();
    clean(object, way);
    cpu.store8(vma.addressOf(3), 1);
    const child = addressSpace.fork();
    const second = object.cpu(child);
    second.store8(vma.addressOf(600), 1);
    expect(clean(object, way)).toEqual([3, 600]);
    second.store8(vma.addressOf(4), 1);
    cpu.store8(vma.addressOf(1200), 1);
    expect(clean(object, way)).toEqual([4, 1200]);
  });

  it('4.3: a clean of a part vouches for no other', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu, addressSpace } = object.process();
    cpu.store8(vma.addressOf(700), 1);
    const length = PAGES * PAGE_SIZE;
    // At the new place no CPU has set an accessed bit.
    addressSpace.remap({ address: vma.start, length, newLength: length, newAddress: 0x40000000 });
    expect(clean(object, way, REGION_PAGES, 100)).toEqual([]);
    expect(clean(object, way)).toEqual([700]);
  });

  it('4.3: finds what was dirty before mremap moved it, and what is written at the new place', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu, addressSpace } = object.process();
    cpu.load8(vma.addressOf(700));
    clean(object, way);
    cpu.store8(vma.addressOf(700), 1);
    const newAddress = 0x7000_0000_0000 + 3 * PAGE_SIZE;
    const moved = addressSpace.remap({
      address: vma.start,
      length: PAGES * PAGE_SIZE,
      newLength: PAGES * PAGE_SIZE,
      newAddress,
    });
    expect(clean(object, way)).toEqual([700]);
    cpu.store8(moved.addressOf(1100), 1);
    expect(clean(object, way)).toEqual([1100]);
  });
});

const page = fc.constantFrom(0, 1, 511, 512, 700, 1023, 1024, 1500);
const region = fc.nat(3);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('store'), process: fc.nat(3), page, region }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('clean'), process: fc.nat(3), page, region }) },
  fc.record({
    kind: fc.constantFrom('fork', 'move', 'unmap', 'clean a part'),
    process: fc.nat(3),
    page,
    region,
  }),
);

/** Where a moved mapping may be: two places share a table's range with others, one does not. */
const PLACES = [0x20000000, 0x20000000 + 200 * PAGE_SIZE, 0x30000000, 0x40000000 + 312 * PAGE_SIZE];

describe('clean and record by touched tables', () => {
  it('4.3: give what the flat one gives, whatever forks, moves and goes in between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const machines = ways.map(([, way]) => new Processes(way));
        for (const taken of steps) {
          const [flat, touched] = machines.map((machine) => machine.take(taken));
          expect(touched).toEqual(flat);
        }
      }),
      { numRuns: 120 },
    );
  });
});

/** Processes that map one object and are forks of one another. */
class Processes {
  readonly object = new MappedObject(PAGES);
  readonly #all = [this.object.process(undefined, PLACES[0])];
  readonly #zapped: number[] = [];

  constructor(readonly way: (typeof ways)[number][1]) {
    this.object.mapping.observeZaps({ dirtyEntryZapped: (at) => void this.#zapped.push(at) });
  }

  take(taken: typeof step extends fc.Arbitrary<infer T> ? T : never): unknown {
    const process = this.#all[taken.process % this.#all.length];
    const { addressSpace, cpu } = process;
    const at = (vma: Vma): number => vma.addressOf(taken.page);
    const shown = addressSpace.vmas.find((vma) => at(vma) >= vma.start && at(vma) < vma.end);
    if (taken.kind === 'clean') {
      return clean(this.object, this.way);
    }
    if (taken.kind === 'clean a part') {
      return clean(this.object, this.way, taken.page, Math.min(300, PAGES - taken.page));
    }
    if (taken.kind === 'store' && shown !== undefined) {
      cpu.store8(at(shown), 1);
    } else if (taken.kind === 'fork' && this.#all.length < 3) {
      const child = addressSpace.fork();
      this.#all.push({ ...process, addressSpace: child, cpu: this.object.cpu(child) });
    } else if (taken.kind === 'unmap' && shown !== undefined) {
      addressSpace.unmapRange(at(shown), Math.min(100 * PAGE_SIZE, shown.end - at(shown)));
    } else if (taken.kind === 'move' && shown !== undefined) {
      this.#move(process.addressSpace, shown, PLACES[taken.region]);
    }
    return this.#zapped.splice(0);
  }

  /** To a place that is free. */
  #move(addressSpace: Vma['addressSpace'] & { readonly vmas: readonly Vma[] }, vma: Vma, to: number): void {
    const length = vma.end - vma.start;
    if (addressSpace.vmas.every((other) => other.end <= to || other.start >= to + length)) {
      const mover = this.#all.find((process) => process.addressSpace === addressSpace);
      mover?.addressSpace.remap({ address: vma.start, length, newLength: length, newAddress: to });
    }
  }
}
