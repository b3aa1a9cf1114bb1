import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TablePairs } from './table-pairs.js';

describe('TablePairs', () => {
  it('remembers of each pair where it was first, and whether it changed, as a Map does', () => {
    const table = fc.oneof(fc.constant(-1), fc.nat({ max: 40 }), fc.integer({ min: 0, max: 2 ** 46 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(table, table, fc.boolean()), { maxLength: 3000, size: 'max' }),
        (entered) => {
          const pairs = new TablePairs();
          const seen: (number | undefined)[] = [];
          const wanted: (number | undefined)[] = [];
          const plain = new Map<string, { readonly start: number; changed: boolean }>();
          entered.forEach(([before, after, changed], start) => {
            const key = `${before} ${after}`;
            seen.push(pairs.firstStart(before, after, start));
            wanted.push(plain.get(key)?.start);
            const record = plain.get(key) ?? { start, changed: false };
            plain.set(key, record);
            if (changed) {
              record.changed = true;
              pairs.setChanged(before, after);
            }
          });
          for (const [before, after] of entered) {
            expect(pairs.hasChanged(before, after)).toBe(plain.get(`${before} ${after}`)?.changed);
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});
