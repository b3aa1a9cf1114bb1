import type { Mapping, Vma } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { wpSharedMappingRange } from './write-protect.js';

const PAGES = 1200;

const ways: readonly (readonly [string, (mapping: Mapping) => number])[] = [
  ['write-protect', (mapping) => wpSharedMappingRange(mapping, 0, PAGES)],
  ['clean', (mapping) => cleanRecordSharedMappingRange(mapping, 0, PAGES, new DirtyPages(PAGES), 0)],
  [
    'clean by touched tables',
    (mapping) => cleanRecordTouchedSharedMappingRange(mapping, 0, PAGES, new DirtyPages(PAGES), 0),
  ],
];

/** The low words of all entries that map the object. */
function entriesOf(object: MappedObject, vma: Vma): string {
  const words: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    const entry = vma.addressSpace.tables.find(vma.addressOf(page));
    words.push(entry < 0 ? 0 : object.memory.u32[entry]);
  }
  return words.join();
}

afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * A step of another CPU runs at a preemption point, and nowhere else: the model has one thread and entries are
 * words of an array, which run no code. So it is enough that no point lies between reading and writing one:
 * leaf entries change only between the lock and the unlock of a table, and no point is reached there.
 */
describe.each(ways)('%s', (_, change) => {
  it('2.3: no step of another CPU gets in between reading an entry and writing it', () => {
    const object = new MappedObject(PAGES);
    const { vma, cpu } = object.process();
    for (let page = 0; page < PAGES; page += 3) {
      cpu.store8(vma.addressOf(page), 1);
    }
    const { tables } = vma.addressSpace;
    let isLocked = false;
    let atUnlock = entriesOf(object, vma);
    let tablesChanged = 0;
    const pointsUnderLock: string[] = [];
    let points = 0;
    const lock = tables.lockTable.bind(tables);
    const unlock = tables.unlockTable.bind(tables);
    const checkUnchanged = () => expect(entriesOf(object, vma), 'changed without a lock').toBe(atUnlock);
    object.memory.preemption.watch((point) => {
      points++;
      checkUnchanged();
      if (isLocked) {
        pointsUnderLock.push(point);
      }
    });
    vi.spyOn(tables, 'lockTable').mockImplementation((frame, holder) => {
      checkUnchanged();
      lock(frame, holder);
      isLocked = true;
    });
    vi.spyOn(tables, 'unlockTable').mockImplementation((frame, holder) => {
      isLocked = false;
      const now = entriesOf(object, vma);
      tablesChanged += now === atUnlock ? 0 : 1;
      atUnlock = now;
      unlock(frame, holder);
    });
    expect(change(object.mapping)).toBe(PAGES / 3);
    checkUnchanged();
    expect(pointsUnderLock).toEqual([]);
    expect(tablesChanged).toBe(3);
    expect(points).toBeGreaterThan(3);
  });
});
