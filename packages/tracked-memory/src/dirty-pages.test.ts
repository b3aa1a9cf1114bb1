import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyPages } from './dirty-pages.js';

describe('DirtyPages', () => {
  it('5.4, B2: the hull is tight after every change, and empty is (pages, 0)', () => {
    const pageCount = 300;
    const range = fc
      .tuple(fc.integer({ min: 0, max: pageCount }), fc.integer({ min: 0, max: pageCount }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), range), { maxLength: 30 }), (changes) => {
        const dirty = new DirtyPages(pageCount);
        const model = new Set<number>();
        for (const [add, [start, end]] of changes) {
          for (let page = start; page < end; page++) {
            if (add) {
              model.add(page);
            } else {
              model.delete(page);
            }
          }
          if (add) {
            dirty.addRange(start, end);
          } else {
            dirty.clearRange(start, end);
          }
          const hull = model.size === 0 ? [pageCount, 0] : [Math.min(...model), Math.max(...model) + 1];
          expect([dirty.start, dirty.end]).toEqual(hull);
          expect(dirty.isEmpty).toBe(model.size === 0);
        }
      }),
    );
  });

  it('B2: clearing [216, 219) and again leaves an empty hull, and a later page makes a hull of its own', () => {
    const dirty = new DirtyPages(600);
    dirty.addRange(216, 219);
    dirty.clearRange(0, 300);
    dirty.clearRange(200, 250);
    expect([dirty.start, dirty.end]).toEqual([600, 0]);
    dirty.add(100);
    expect([dirty.start, dirty.end]).toEqual([100, 101]);
  });
});
