import { DirtyPages } from './dirty-pages.js';
import type { TrackedMemory } from './tracked-memory.js';

/** An implementation under test: some memory, and a way to write it as its users would. */
export interface ContractSubject {
  /** Fresh and clean, 40 pages or more. */
  readonly memory: TrackedMemory;
  /** Stores a 32-bit value at a fixed place in a page, as the memory's users do. */
  store(page: number, value: number): void;
  /** The same as a device does it, unseen by what tracks the users. */
  deviceStore(page: number, value: number): void;
  /** The pages whose write was trapped since the last call; needed if `memory.traps` is true. */
  takeTrapped?(): number[];
  /**
   * Runs `step` once in the middle of the next clean of all pages; left out if no store can happen between its
   * steps.
   */
  duringNextClean?(step: () => void): void;
  /** False if pages that were not written may be recorded. */
  readonly exact: boolean;
}

/** A property that must hold; `run` throws if it does not. */
export interface ContractCase {
  readonly name: string;
  run(subject: ContractSubject): void;
}

let lastValue = 0;

/** Stores a value that differs from the page's. */
function write(subject: ContractSubject, page: number): void {
  subject.store(page, ++lastValue);
}

function fail(message: string): never {
  throw new Error(`tracked-memory contract: ${message}`);
}

function listed(pages: Iterable<number>): string {
  return `{${[...pages].join(' ')}}`;
}

/** Cleans a range and checks c, d and the counts around it; returns the recorded pages. */
function clean(subject: ContractSubject, first: number, count: number, into?: DirtyPages): number[] {
  const dirty = into ?? new DirtyPages(subject.memory.pageCount);
  const before = pagesOf(dirty);
  const scannedBefore = subject.memory.entriesScanned;
  const entries = subject.memory.cleanAndRecord(first, count, dirty);
  const after = pagesOf(dirty);
  checkCounts(subject, entries, subject.memory.entriesScanned - scannedBefore, after.length - before.length);
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

/** An entry is cleaned for each page recorded, or several for one page; and each had to be examined. */
function checkCounts({ exact }: ContractSubject, entries: number, scanned: number, recorded: number): void {
  if (!Number.isInteger(entries) || entries < recorded) {
    fail(`4.5: ${recorded} pages were recorded, and ${entries} entries said to be cleaned`);
  }
  if (!Number.isInteger(scanned) || scanned < (exact ? entries : 0)) {
    fail(`entriesScanned: grew by ${scanned} while ${entries} entries were cleaned`);
  }
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

/** Each method, called with a range. */
const methods = [
  ['writeProtect', (memory, first, count) => void memory.writeProtect(first, count)],
  ['cleanAndRecord', (memory, first, count, into) => void memory.cleanAndRecord(first, count, into)],
  ['beforeDeviceWrite', (memory, first, count, into) => memory.beforeDeviceWrite(first, count, into)],
  ['afterDeviceWrite', (memory, first, count) => memory.afterDeviceWrite(first, count)],
] as const satisfies readonly (readonly [string, Call])[];

type Call = (memory: TrackedMemory, first: number, count: number, into: DirtyPages) => void;

/** Calls with a bad range, and expects EINVAL. */
function expectRefused(message: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'EINVAL') {
      fail(
        `range: ${message} was refused with ${String(error)} and code ${String(code)}, which should be EINVAL`,
      );
    }
    return;
  }
  fail(`range: ${message} was not refused`);
}

/** Ranges that are invalid for a memory of this many pages. */
function badRanges(pages: number): [first: number, count: number][] {
  return [
    [0, pages + 1],
    [pages, 1],
    [pages - 2, 4],
    [-1, 1],
    [-4, pages],
    [2, -1],
    [0.5, 1],
    [0, 1.5],
    [Number.NaN, 1],
    [0, Number.NaN],
    [0, Infinity],
    [-Infinity, 1],
  ];
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
    name: 'b: a page written while a clean runs is recorded by it or by the next one',
    run(subject) {
      if (subject.duringNextClean === undefined) {
        return;
      }
      const { pageCount } = subject.memory;
      for (const page of [0, 7, pageCount - 1]) {
        [7, 20].forEach((before) => write(subject, before));
        let ran = false;
        subject.duringNextClean(() => {
          write(subject, page);
          ran = true;
        });
        const recorded = clean(subject, 0, pageCount);
        if (!ran) {
          fail('b: what was to run during the clean did not');
        }
        const missing = [7, 20].filter((before) => !recorded.includes(before));
        if (missing.length > 0) {
          fail(`a: ${listed(missing)} were written before the clean and not recorded`);
        }
        const both = new Set([...recorded, ...clean(subject, 0, pageCount)]);
        expectRecorded(subject, [...both], [...new Set([7, 20, page])], 'b, this clean and the next');
        write(subject, page);
        expectRecorded(subject, clean(subject, 0, pageCount), [page], 'b, the write after');
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
    name: 'range: what is not made of pages of the memory is refused, and nothing changes',
    run(subject) {
      const { memory } = subject;
      [0, 5, memory.pageCount - 1].forEach((page) => write(subject, page));
      subject.takeTrapped?.();
      const into = new DirtyPages(memory.pageCount);
      for (const [name, call] of methods) {
        for (const [first, count] of badRanges(memory.pageCount)) {
          expectRefused(`${name} of ${count} pages from ${first}`, () => call(memory, first, count, into));
        }
        for (const first of [0, memory.pageCount]) {
          call(memory, first, 0, into);
        }
      }
      const small = new DirtyPages(4);
      expectRefused('cleanAndRecord of 6 pages into a set of 4', () => memory.cleanAndRecord(0, 6, small));
      if (!into.isEmpty || !small.isEmpty) {
        fail('range: an empty or a refused range was recorded');
      }
      // Nothing was protected: a store to a page that was written before is not trapped.
      write(subject, 5);
      const trapped = subject.takeTrapped?.() ?? [];
      if (trapped.length > 0) {
        fail(`range: ${listed(trapped)} were caught, though every range was refused`);
      }
      expectRecorded(
        subject,
        clean(subject, 0, memory.pageCount),
        [0, 5, memory.pageCount - 1],
        'c, refused',
      );
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
    name: '4.5: write-protecting says how many entries it changed, and finds none to change again',
    run(subject) {
      [2, 3, 30].forEach((page) => write(subject, page));
      const least = subject.memory.traps ? 2 : 0;
      const changed = subject.memory.writeProtect(0, 20);
      if (!Number.isInteger(changed) || changed < least) {
        fail(`4.5: ${changed} entries were protected, ${least} at least were written through`);
      }
      const again = subject.memory.writeProtect(0, 20);
      if (again !== 0) {
        fail(`4.5: ${again} entries were protected that were protected already`);
      }
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
