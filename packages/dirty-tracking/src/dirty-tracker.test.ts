import { AlwaysDirtyMemory } from '@cg/tracked-memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirtyTracker } from './dirty-tracker.js';
import { OneEntryAPage, ToldResource } from './one-entry-a-page.fixture.js';
import { FixedPolicy, KernelPolicy, type TrackingPolicy } from './policy.js';

const PAGE = 4096;

function sorted(pages: Iterable<number>): number[] {
  return [...pages].toSorted((a, b) => a - b);
}

const policies: Record<string, () => TrackingPolicy> = {
  scan: () => new FixedPolicy('scan'),
  trap: () => new FixedPolicy('trap'),
  'the kernel’s rule': () => new KernelPolicy(),
  'a rule that always switches': () => ({
    initialMethod: () => 'trap',
    methodAfter: (method) => (method === 'scan' ? 'trap' : 'scan'),
  }),
};

describe.each(Object.keys(policies))('DirtyTracker with %s', (name) => {
  it('5.2, 5.3, B4, B9, B10: tells each resource of exactly the pages stored to since it was told last', () => {
    const extent = fc.tuple(fc.nat(11 * PAGE), fc.integer({ min: 1, max: 5 * PAGE }));
    const frame = fc.array(fc.nat(15), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(extent, { minLength: 1, maxLength: 5 }), fc.array(frame), (extents, frames) => {
        const memory = new OneEntryAPage(16);
        const resources = extents.map(([offset, bytes]) => new ToldResource(offset, bytes));
        const sharedBy = (start: number, end: number) =>
          resources.filter((each) => each.overlaps(start, end));
        memory.store(3); // before tracking starts
        const tracker = new DirtyTracker(memory, policies[name]());
        memory.tracker = tracker;
        const stored = new Set([3]); // and transferred to no resource
        for (const stores of frames) {
          stores.forEach((page) => memory.store(page));
          stores.forEach((page) => stored.add(page));
          tracker.scan();
          resources.forEach((resource) => tracker.transfer(resource, sharedBy));
          for (const resource of resources) {
            // A range that it receives may extend beyond it.
            const own = (page: number) => resource.overlaps(page * PAGE, (page + 1) * PAGE);
            expect(sorted(resource.told).filter(own)).toEqual(sorted(stored).filter(own));
          }
          [...stored]
            .filter((page) => sharedBy(page * PAGE, (page + 1) * PAGE).length > 0)
            .forEach((page) => stored.delete(page));
          resources.forEach((resource) => resource.told.clear());
        }
      }),
    );
  });
});

it('never traps over memory that cannot', () => {
  const tracker = new DirtyTracker(new AlwaysDirtyMemory(600), new FixedPolicy('trap'));
  expect(tracker.method).toBe('scan');
  tracker.scan();
  expect(tracker.dirty.end).toBe(600);
});
