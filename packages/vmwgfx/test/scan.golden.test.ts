import {
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_SIZE,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Cpu,
  type Vma,
} from '@cg/pagetable';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { bench, NotedResource } from '../src/driver.fixture.js';
import { BufferObjectVmaOperations } from '../src/coherency/fault-handlers.js';
import { BufferObject } from '../src/memory/buffer-object.js';
import { KernelPolicy } from '@cg/dirty-tracking';

type Ranges = [number, number][];
/** Method (0 scan, 1 trap), change count, start, end, dirty ranges. */
type State = [number, number, number, number, Ranges];

interface Outcome {
  scan: State;
  /** Entries present, writable and dirty, for each VMA. */
  pte: [number, number, number][];
  /** Resource, first and end page of each range reported. */
  upd: [number, number, number][];
  st: State;
}

interface ScanRow {
  id: number;
  np: number;
  /** First page, pages, flags, address space. */
  vmas: [number, number, string, number][];
  res: [number, number][];
  pre: [number, number, number][];
  init: { v3: State; fix?: State };
  steps: {
    /** VMA, first page in it, count. */
    w: [number, number, number][];
    rd: [number, number][];
    op: ['t' | 'c' | 'u', number][];
    v3: Outcome;
    fix?: Partial<Outcome>;
  }[];
}

const flagBits: Record<string, number> = { s: VM_SHARED, w: VM_WRITE, m: VM_MAYWRITE };

/** Pages that the driver needs, and page tables of a process: its mappings lie in a gibibyte. */
const FEW_PAGES = 128;
const TABLE_PAGES = 16;

/** One golden run: a buffer object with its resources and mappings, and the tracker of its writes. */
class Run {
  readonly #policy = new KernelPolicy();
  readonly #object: BufferObject;
  readonly #resources: NotedResource[];
  readonly #vmas: Vma[];
  readonly #cpus: Cpu[];

  constructor(readonly row: ScanRow) {
    const processCount = new Set(row.vmas.map(([, , , mm]) => mm)).size;
    const pages = row.np + FEW_PAGES + processCount * TABLE_PAGES;
    const setUp = bench({ makePolicy: () => this.#policy }, {}, pages);
    this.#object = new BufferObject(setUp.driver.state, row.np);
    this.#resources = row.res.map(([offset, bytes]) => new NotedResource(this.#object, offset, bytes));
    const processes = new Map(row.vmas.map(([, , , mm]) => [mm, setUp.process()]));
    this.#cpus = row.vmas.map(([, , , mm]) => processes.get(mm)!.cpu);
    this.#vmas = row.vmas.map(([firstPage, pages, letters, mm]) =>
      processes.get(mm)!.addressSpace.map({
        length: pages * PAGE_SIZE,
        flags: [...letters].reduce((flags, letter) => flags | (flagBits[letter] ?? 0), VM_READ),
        mapping: setUp.driver.state.mapping,
        firstPage: this.#object.firstPage + firstPage,
        operations: new BufferObjectVmaOperations(this.#object),
      }),
    );
    this.write(row.pre);
    this.#object.reserved((held) => this.#object.addTrackerUser(held));
  }

  get #tracker() {
    return this.#object.tracker!;
  }

  state(): State {
    const { dirty, method } = this.#tracker;
    return [
      method === 'scan' ? 0 : 1,
      this.#policy.changeCount,
      dirty.start,
      dirty.end,
      [...dirty.bitmap.ranges()],
    ];
  }

  write(writes: readonly [number, number, number][]): void {
    for (const [vma, first, count] of writes) {
      for (let page = first; page < first + count; page++) {
        this.#cpus[vma].store8(this.#vmas[vma].start + page * PAGE_SIZE, 1);
      }
    }
  }

  read(reads: readonly [number, number][]): void {
    for (const [vma, page] of reads) {
      this.#cpus[vma].load8(this.#vmas[vma].start + page * PAGE_SIZE);
    }
  }

  #entryCounts(): [number, number, number][] {
    return this.#vmas.map((vma) => {
      const { tables } = vma.addressSpace;
      const counts: [number, number, number] = [0, 0, 0];
      for (let address = vma.start; address < vma.end; address += PAGE_SIZE) {
        const entry = tables.find(address);
        const low = entry < 0 ? 0 : tables.memory.u32[entry];
        if (low & PAGE_PRESENT) {
          counts[0]++;
          counts[1] += low & PAGE_RW ? 1 : 0;
          counts[2] += low & PAGE_DIRTY ? 1 : 0;
        }
      }
      return counts;
    });
  }

  scan(): Pick<Outcome, 'scan' | 'pte'> {
    this.#tracker.scan();
    return { scan: this.state(), pte: this.#entryCounts() };
  }

  operate(operations: readonly ['t' | 'c' | 'u', number][]): Pick<Outcome, 'upd' | 'st'> {
    const upd: Outcome['upd'] = [];
    for (const [what, index] of operations) {
      const resource = this.#resources[index];
      if (what === 'u') {
        this.#object.reserved((held) => this.#object.unmapRange(held, ...resource.pageRange));
      } else {
        this.#tracker[what === 't' ? 'transfer' : 'clear'](resource, resource.sharedBy);
      }
      upd.push(
        ...resource.handed.splice(0).map(([start, end]): [number, number, number] => [index, start, end]),
      );
    }
    return { upd, st: this.state() };
  }
}

describe.skipIf(goldenAbsent('scan.jsonl.gz'))('golden scan', () => {
  it('5.1–5.5, B1, B2, B4: method, counts, hull, bits and reports are right after every step', () => {
    const rows = goldenRows<ScanRow>('scan.jsonl.gz', import.meta.url);
    let steps = 0;
    let differ = 0;
    for (const row of rows) {
      const run = new Run(row);
      expect(run.state(), `row ${row.id}, start`).toEqual(row.init.fix ?? row.init.v3);
      row.steps.forEach(({ w, rd, op, v3, fix }, index) => {
        run.write(w);
        run.read(rd);
        expect({ ...run.scan(), ...run.operate(op) }, `row ${row.id}, step ${index}`).toEqual({
          ...v3,
          ...fix,
        });
        steps++;
        differ += fix === undefined ? 0 : 1;
      });
    }
    reportGolden('scan', { rows: rows.length, steps, 'steps in which the posted code differs': differ });
  });
});
