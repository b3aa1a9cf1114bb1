import { PAGE_SIZE, type Cpu, type Vma } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanRecordByEntry } from './clean-by-entry.fixture.js';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { wpSharedMappingRange } from './write-protect.js';

type Clean = typeof cleanRecordSharedMappingRange;

const PAGES = 4 * 512;
const FIRST = 1000;
/** Of the second process: not at a 2 MiB boundary, so that its tables have edges inside the object. */
const ODD_ADDRESS = 0x20000000 + 200 * PAGE_SIZE;

/** A few pages of every table, and those at the tables' edges in either process. */
const page = fc.constantFrom(0, 1, 40, 311, 312, 511, 512, 700, 1023, 1024, 1500, 2000, 2047);
const access = fc.record({ kind: fc.constantFrom('store', 'load'), cpu: fc.nat(2), page });
const range = fc.tuple(fc.nat(PAGES), fc.nat(PAGES)).map(([a, b]) => ({
  first: Math.min(a, b),
  count: Math.abs(a - b),
}));
const whole = fc.constant({ first: 0, count: PAGES });
const points = ['clean: between entries and flush', 'walk: between upper entry and table lock'];
const clean = fc.record({
  kind: fc.constant('clean'),
  range: fc.oneof({ weight: 3, arbitrary: whole }, range),
  meanwhile: fc.array(fc.record({ point: fc.constantFrom(...points), cpu: fc.nat(2), page }), {
    maxLength: 6,
  }),
});
const other = fc.record({ kind: fc.constantFrom('protect', 'zap'), range });
const step = fc.oneof({ weight: 6, arbitrary: access }, { weight: 3, arbitrary: clean }, other);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type CleanStep = typeof clean extends fc.Arbitrary<infer T> ? T : never;

/** Two CPUs run one process that maps the object, a third one runs another. */
class Machine {
  readonly object = new MappedObject(PAGES, FIRST);
  readonly #runs: { cpu: Cpu; vma: Vma }[];
  /** Pages whose dirty entry was removed: recorded by the observer, not by a clean (E1). */
  readonly zapped: number[] = [];

  constructor(readonly clean: Clean) {
    const one = this.object.process();
    const two = this.object.process(undefined, ODD_ADDRESS);
    const secondCpu = this.object.cpu(one.addressSpace);
    this.#runs = [one, { cpu: secondCpu, vma: one.vma }, two];
    this.object.mapping.observeZaps({ dirtyEntryZapped: (at) => void this.zapped.push(at - FIRST) });
  }

  access(kind: string, cpu: number, at: number): void {
    const run = this.#runs[cpu];
    const address = run.vma.addressOf(FIRST + at);
    if (kind === 'store') {
      run.cpu.store8(address, 1);
    } else {
      run.cpu.load8(address);
    }
  }

  cleaned({ first, count }: CleanStep['range']): { entries: number; pages: number[]; hull: number[] } {
    const dirty = new DirtyPages(PAGES);
    const entries = this.clean(this.object.mapping, FIRST + first, count, dirty, FIRST);
    const pages = [...dirty.bitmap.ranges()].flatMap(([start, end]) =>
      Array.from({ length: end - start }, (_, i) => start + i),
    );
    return { entries, pages, hull: [dirty.start, dirty.end] };
  }

  /** `protect` and `zap`. */
  change(kind: string, { first, count }: CleanStep['range']): void {
    if (count === 0) {
      return;
    }
    if (kind === 'protect') {
      wpSharedMappingRange(this.object.mapping, FIRST + first, count);
    } else {
      this.object.mapping.unmapRange(FIRST + first, count);
    }
  }
}

function inRange(at: number, { first, count }: CleanStep['range']): boolean {
  return at >= first && at < first + count;
}

describe('clean and record, a table at a time and by touched tables', () => {
  it('4.3: give what a callback for each entry gives, whatever CPUs do in between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cleans = [
          cleanRecordByEntry,
          cleanRecordSharedMappingRange,
          cleanRecordTouchedSharedMappingRange,
        ];
        const machines = cleans.map((way) => new Machine(way));
        for (const taken of steps) {
          const results = machines.map((machine) => take(machine, taken));
          expect(results[1]).toEqual(results[0]);
          expect(results[2]).toEqual(results[0]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a table at a time', cleanRecordSharedMappingRange],
    ['by touched tables', cleanRecordTouchedSharedMappingRange],
  ])('4.3 a, b, A3: %s loses no store of a CPU that gets in between, and makes none up', (_, way) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const machine = new Machine(way);
        const written = new Set<number>();
        /** Stored during a clean that recorded them: the next one may record them once more. */
        const again = new Set<number>();
        for (const taken of [...steps, lastClean, lastClean]) {
          checkStep(machine, taken, written, again);
        }
        expect(written.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

const lastClean: CleanStep = { kind: 'clean', range: { first: 0, count: PAGES }, meanwhile: [] };

function take(machine: Machine, taken: Step): unknown {
  if ('page' in taken) {
    return machine.access(taken.kind, taken.cpu, taken.page);
  }
  if (taken.kind === 'clean') {
    return machine.cleaned(taken.range);
  }
  machine.change(taken.kind, taken.range);
  return machine.zapped.splice(0);
}

/** Takes a step, and checks a clean against the pages that were stored to. */
function checkStep(machine: Machine, taken: Step, written: Set<number>, again: Set<number>): void {
  if ('page' in taken) {
    machine.access(taken.kind, taken.cpu, taken.page);
    if (taken.kind === 'store') {
      written.add(taken.page);
    }
  } else if (taken.kind === 'clean') {
    checkClean(machine, taken as CleanStep, written, again);
  } else {
    machine.change(taken.kind, taken.range);
    for (const at of machine.zapped.splice(0)) {
      written.delete(at);
      again.delete(at);
    }
  }
}

function checkClean(machine: Machine, taken: CleanStep, written: Set<number>, again: Set<number>): void {
  const { preemption } = machine.object.memory;
  const before = [...written].filter((at) => inRange(at, taken.range));
  const meanwhile = new Set<number>();
  let over = false;
  for (const { point, cpu, page: at } of taken.meanwhile) {
    preemption.at(point, () => {
      // A point that this clean does not reach is left to a later one.
      if (!over) {
        machine.access('store', cpu, at);
        meanwhile.add(at);
      }
    });
  }
  const { pages } = machine.cleaned(taken.range);
  over = true;
  const missing = before.filter((at) => !pages.includes(at));
  expect(missing, 'a: dirty at the start, not recorded').toEqual([]);
  const strays = pages.filter((at) => !written.has(at) && !again.has(at) && !meanwhile.has(at));
  expect(strays, 'recorded, never stored to').toEqual([]);
  for (const at of pages) {
    written.delete(at);
    again.delete(at);
  }
  for (const at of meanwhile) {
    // b: recorded, or dirty still, or both.
    (pages.includes(at) ? again : written).add(at);
  }
}
