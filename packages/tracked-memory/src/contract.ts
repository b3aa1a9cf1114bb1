import { DirtyPages } from './dirty-pages.js';
import type { TrackedMemory } from './tracked-memory.js';

/** An implementation under test: some memory, and a way to write it as its users would. */
export interface ContractSubject {
  /** Fresh and clean, 40 pages or more. */
  readonly memory: TrackedMemory;
  /** Stores a 32-bit value at a place of its own in a page, as the memory's users do. */
  store(page: number, value: number): void;
  /** The same as a device does it, past whatever watches the users. */
  deviceStore(page: number, value: number): void;
  /** The pages whose write was trapped since the last call; needed where `memory.traps` is true. */
  takeTrapped?(): number[];
  /** False where pages may be recorded that nobody wrote. */
  readonly exact: boolean;
}

/** One thing that must hold; `run` throws where it does not. */
export interface ContractCase {
  readonly name: string;
  run(subject: ContractSubject): void;
}

let lastValue = 0;

/** Stores into a page something that it does not hold yet. */
function write(subject: ContractSubject, page: number): void {
  subject.store(page, ++lastValue);
}

function fail(message: string): never {
  throw new Error(`tracked-memory contract: ${message}`);
}

function listed(pages: Iterable<number>): string {
  return `{${[...pages].join(' ')}}`;
}

/** Cleans a range and checks c and d around it; returns the recorded pages. */
function clean(subject: ContractSubject, first: number, count: number, into?: DirtyPages): number[] {
  const dirty = into ?? new DirtyPages(subject.memory.pageCount);
  const before = pagesOf(dirty);
  subject.memory.cleanAndRecord(first, count, dirty);
  const after = pagesOf(dirty);
  for (const page of before) {
    if (!dirty.has(page)) {
      fail(`c: page ${page} was recorded before and is not any more`);
    }
  }
  const strays = after.filter((page) => (page < first || page >= first + count) && !before.includes(page));
  if (strays.length > 0) {
    fail(`c: recorded ${listed(strays)} outside [${first}, ${first + count})`);
  }
  const [start, end] = after.length > 0 ? [after[0], after[after.length - 1] + 1] : [dirty.pageCount, 0];
  if (dirty.start !== start || dirty.end !== end) {
    fail(`d: the hull is [${dirty.start}, ${dirty.end}), but ${listed(after)} are set`);
  }
  return after;
}

function pagesOf(dirty: DirtyPages): number[] {
  const pages: number[] = [];
  for (const [start, end] of dirty.bitmap.ranges()) {
    for (let page = start; page < end; page++) {
      pages.push(page);
    }
  }
  return pages;
}

function expectRecorded(subject: ContractSubject, recorded: number[], written: number[], rule: string): void {
  const missing = written.filter((page) => !recorded.includes(page));
  if (missing.length > 0) {
    fail(`${rule}: ${listed(missing)} were written and not recorded`);
  }
  const extra = recorded.filter((page) => !written.includes(page));
  if (subject.exact && extra.length > 0) {
    fail(`${rule}: ${listed(extra)} were recorded and not written`);
  }
}

/**
 * Every rule of `TrackedMemory`, for any test runner:
 * `for (const { name, run } of trackedMemoryContract) it(name, () => run(fresh()))`.
 */
export const trackedMemoryContract: readonly ContractCase[] = [
  {
    name: 'a: a page written before the clean is recorded, once',
    run(subject) {
      const written = [0, 3, 4, 5, 31, 32, 39];
      written.forEach((page) => write(subject, page));
      expectRecorded(subject, clean(subject, 0, subject.memory.pageCount), written, 'a');
      expectRecorded(subject, clean(subject, 0, subject.memory.pageCount), [], 'a, second clean');
    },
  },
  {
    name: 'b: a page written again after a clean is recorded by the next one',
    run(subject) {
      for (const round of [1, 2, 3]) {
        write(subject, 7);
        expectRecorded(subject, clean(subject, 0, subject.memory.pageCount), [7], `b, round ${round}`);
      }
    },
  },
  {
    name: 'c: a clean of a range leaves the writes outside of it to a later clean',
    run(subject) {
      [9, 10, 19, 20].forEach((page) => write(subject, page));
      expectRecorded(subject, clean(subject, 10, 10), [10, 19], 'c');
      expectRecorded(subject, clean(subject, 0, subject.memory.pageCount), [9, 20], 'c, rest');
    },
  },
  {
    name: 'c, d: recording adds to what is recorded already',
    run(subject) {
      const dirty = new DirtyPages(subject.memory.pageCount);
      dirty.add(30);
      write(subject, 12);
      expectRecorded(subject, clean(subject, 0, 20, dirty), [12, 30], 'c, d');
    },
  },
  {
    name: 'd: where nothing was written the hull stays empty',
    run(subject) {
      const recorded = clean(subject, 0, subject.memory.pageCount);
      expectRecorded(subject, recorded, [], 'd');
    },
  },
  {
    name: 'e: write-protecting loses no earlier write',
    run(subject) {
      write(subject, 2);
      subject.memory.writeProtect(0, subject.memory.pageCount);
      expectRecorded(subject, clean(subject, 0, subject.memory.pageCount), [2], 'e');
    },
  },
  {
    name: 'f: what a device writes is no write, and a store of what was there before is one',
    run(subject) {
      const { memory } = subject;
      const dirty = new DirtyPages(memory.pageCount);
      subject.store(4, 111);
      clean(subject, 0, memory.pageCount);
      subject.store(5, 222);
      memory.beforeDeviceWrite(4, 2, dirty);
      subject.deviceStore(4, 333);
      memory.afterDeviceWrite(4, 2);
      expectRecorded(subject, clean(subject, 0, memory.pageCount, dirty), [5], 'f');
      subject.store(4, 111);
      expectRecorded(subject, clean(subject, 0, memory.pageCount), [4], 'f, store of what was there');
    },
  },
  {
    name: 'traps: the first write to a protected page is caught, later ones are not',
    run(subject) {
      if (!subject.memory.traps) {
        return;
      }
      [5, 6].forEach((page) => write(subject, page));
      subject.takeTrapped?.();
      subject.memory.writeProtect(0, 6);
      [5, 5, 6].forEach((page) => write(subject, page));
      const trapped = subject.takeTrapped?.() ?? fail('a subject that traps must say what it trapped');
      if (listed(trapped) !== listed([5])) {
        fail(`traps: ${listed(trapped)} were caught, {5} should have been`);
      }
    },
  },
];
