import { PAGE_DIRTY, PAGE_PRESENT, PAGE_RW, PAGE_SIZE, PhysicalMemory, WORDS_PER_FRAME } from '@cg/pagetable';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CleanedRun, cleanEntries } from './clean-entries.js';
import { CleanKernel, MOST_TABLES } from './kernel/clean-kernel.js';

const ENTRIES = 512;
const kinds = [
  0,
  PAGE_PRESENT | PAGE_RW,
  PAGE_PRESENT | PAGE_RW | PAGE_DIRTY,
  // Not present: what looks like a dirty bit is part of something else, such as a migration entry.
  PAGE_DIRTY,
  0xfffff000 | PAGE_PRESENT | PAGE_DIRTY,
];
/** Runs of equal entries, so that groups that are all dirty, all clean and mixed come up. */
const entriesUpTo = (most: number) =>
  fc
    .array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 50 })), { maxLength: 20 })
    .map((runs) => runs.flatMap(([kind, count]) => Array.from({ length: count }, () => kind)).slice(0, most));

/** Cleans one entry after the other. @returns the dirty ones, counted from the first */
function cleanOneByOne(u32: Uint32Array, entry: number, count: number, bits: Uint32Array, firstBit: number) {
  const dirty: number[] = [];
  for (let i = 0; i < count; i++) {
    const low = u32[entry + 2 * i];
    if ((low & PAGE_PRESENT) !== 0 && (low & PAGE_DIRTY) !== 0) {
      u32[entry + 2 * i] = low & ~PAGE_DIRTY;
      bits[(firstBit + i) >>> 5] |= 1 << ((firstBit + i) & 31);
      dirty.push(i);
    }
  }
  return dirty;
}

/** Much faster than the comparison of `expect`. */
function isSame(one: Uint32Array, other: Uint32Array): boolean {
  const [a, b] = [one, other].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.compare(a, b) === 0;
}

function expectRun(run: CleanedRun, dirty: readonly number[]): void {
  expect(run.changed).toBe(dirty.length);
  if (dirty.length > 0) {
    expect([run.first, run.end]).toEqual([dirty[0], dirty[dirty.length - 1] + 1]);
  }
}

const kernel = (memory: PhysicalMemory) => CleanKernel.of(memory) as CleanKernel;
const ways: [string, (memory: PhysicalMemory) => typeof cleanEntries][] = [
  ['JavaScript', () => cleanEntries],
  [
    'WebAssembly',
    (memory) =>
      (_u32, ...rest) =>
        kernel(memory).clean(...rest),
  ],
];
const isCompiled = CleanKernel.of(new PhysicalMemory(2 * PAGE_SIZE)) !== undefined;

describe.each(ways.slice(0, isCompiled ? 2 : 1))('a run of entries, in %s', (_, way) => {
  it('4.3: becomes at any bit what a test of one entry after the other makes of it', () => {
    const memory = new PhysicalMemory(2 * PAGE_SIZE);
    fc.assert(
      fc.property(entriesUpTo(300), fc.nat(70), fc.nat(40), (lows, firstBit, before) => {
        const { u32 } = memory;
        u32.fill(0xffffffff);
        lows.forEach((low, i) => (u32[(before + i) * 2] = low));
        const expectedTable = u32.slice();
        const expectedBits = new Uint32Array(Math.ceil((firstBit + lows.length) / 32));
        expectedBits.fill(5, 0, 1);
        const bits = expectedBits.slice();
        const dirty = cleanOneByOne(expectedTable, before * 2, lows.length, expectedBits, firstBit);
        const run = new CleanedRun();
        way(memory)(u32, before * 2, lows.length, bits, firstBit, run);
        expect(isSame(u32, expectedTable)).toBe(true);
        expect(bits).toEqual(expectedBits);
        expectRun(run, dirty);
      }),
    );
  });
});

it.skipIf(!isCompiled)('4.3: whole tables in WebAssembly become what a run of all their entries does', () => {
  const memory = new PhysicalMemory((MOST_TABLES + 2) * PAGE_SIZE);
  const { u32 } = memory;
  fc.assert(
    fc.property(
      fc.array(entriesUpTo(ENTRIES), { minLength: 1, maxLength: 6 }),
      fc.nat(70),
      (lows, firstBit) => {
        const tables = MOST_TABLES - lows.length;
        u32.fill(0);
        // The upper entries are in frame 1; the first tables are clean, and the frames descend.
        const expectedTables = new Uint32Array(MOST_TABLES * WORDS_PER_FRAME);
        for (let i = 0; i < MOST_TABLES; i++) {
          const frame = MOST_TABLES + 1 - i;
          u32[WORDS_PER_FRAME + 2 * i] = frame * PAGE_SIZE + 0x67;
          (lows[i - tables] ?? []).forEach((low, entry) => {
            u32[frame * WORDS_PER_FRAME + 2 * entry] = low;
            expectedTables[i * WORDS_PER_FRAME + 2 * entry] = low;
          });
        }
        const expectedBits = new Uint32Array(Math.ceil((firstBit + MOST_TABLES * ENTRIES) / 32));
        const bits = expectedBits.slice();
        const dirty = cleanOneByOne(expectedTables, 0, MOST_TABLES * ENTRIES, expectedBits, firstBit);
        const run = new CleanedRun();
        kernel(memory).cleanTables(WORDS_PER_FRAME, MOST_TABLES, bits, firstBit, run);
        for (let i = 0; i < MOST_TABLES; i++) {
          const frame = (MOST_TABLES + 1 - i) * WORDS_PER_FRAME;
          const expected = expectedTables.subarray(i * WORDS_PER_FRAME, (i + 1) * WORDS_PER_FRAME);
          expect(isSame(u32.subarray(frame, frame + WORDS_PER_FRAME), expected)).toBe(true);
        }
        expect(isSame(bits, expectedBits)).toBe(true);
        expectRun(run, dirty);
      },
    ),
  );
});
