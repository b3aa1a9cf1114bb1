import { PAGE_DIRTY, PAGE_PRESENT, PAGE_RW } from '@cg/pagetable';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CleanedRun, cleanEntries } from './clean-entries.js';

const kinds = [
  0,
  PAGE_PRESENT | PAGE_RW,
  PAGE_PRESENT | PAGE_RW | PAGE_DIRTY,
  // Not present: what looks like a dirty bit is part of something else, such as a migration entry.
  PAGE_DIRTY,
  0xfffff000 | PAGE_PRESENT | PAGE_DIRTY,
];
/** Runs of equal entries, so that groups that are all dirty, all clean and mixed come up. */
const entries = fc
  .array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 50 })), { maxLength: 12 })
  .map((runs) => runs.flatMap(([kind, count]) => Array.from({ length: count }, () => kind)).slice(0, 300));

describe('cleanEntries', () => {
  it('4.3: does to any run, at any bit, what a test of one entry after the other does', () => {
    fc.assert(
      fc.property(entries, fc.nat(70), fc.nat(40), (lows, firstBit, before) => {
        const u32 = new Uint32Array((before + lows.length + 8) * 2).fill(0xffffffff);
        lows.forEach((low, i) => (u32[(before + i) * 2] = low));
        const expectedTable = u32.slice();
        const expectedBits = new Uint32Array(16);
        expectedBits[0] = 5;
        const bits = expectedBits.slice();
        const dirty: number[] = [];
        lows.forEach((low, i) => {
          if ((low & PAGE_PRESENT) !== 0 && (low & PAGE_DIRTY) !== 0) {
            expectedTable[(before + i) * 2] = low & ~PAGE_DIRTY;
            expectedBits[(firstBit + i) >>> 5] |= 1 << ((firstBit + i) & 31);
            dirty.push(i);
          }
        });
        const run = new CleanedRun();
        cleanEntries(u32, before * 2, lows.length, bits, firstBit, run);
        expect(u32).toEqual(expectedTable);
        expect(bits).toEqual(expectedBits);
        expect(run.changed).toBe(dirty.length);
        if (dirty.length > 0) {
          expect([run.first, run.end]).toEqual([dirty[0], dirty[dirty.length - 1] + 1]);
        }
      }),
    );
  });
});
