import { isHugeLeaf, lockHugeEntry, PAGE_DIRTY, PAGE_SIZE, tableOfEntry, VM_HUGETLB } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { GIB, HugeObject, MIB2 } from './huge-object.fixture.js';
import type { PageWalk, WalkAction, WalkOperations } from './operations.js';
import { walkPageMapping, walkPageTables, walkPageVma } from './walk.js';

const VMA_PAGES = (2 * GIB) / PAGE_SIZE;
const GIB512 = 2 ** 39;

type Log = [what: string, start: number, end: number][];

/** Logs its calls; `actions` are the callbacks' actions, in turn, then `subtree`. */
function logging(names: readonly (keyof WalkOperations<Log>)[], actions: WalkAction[] = []) {
  const operations: Record<string, unknown> = {};
  for (const name of names) {
    operations[name] =
      name === 'hole'
        ? (start: number, end: number, walk: PageWalk<Log>) => (walk.state.push([name, start, end]), 0)
        : name === 'pte'
          ? (_: number, start: number, walk: PageWalk<Log>) => (walk.state.push([name, start, start]), 0)
          : (entry: number, start: number, end: number, walk: PageWalk<Log>) => {
              const what = name === 'pmd' || name === 'pud' ? (isHugeLeaf(walk.u32[entry]) ? '+' : '') : '';
              walk.state.push([name + what, start, end]);
              walk.action = actions.shift() ?? 'subtree';
              return 0;
            };
  }
  return operations as WalkOperations<Log>;
}

/** The same operations, but another CPU acts right after the first callback of a level. */
function overtaken(
  operations: WalkOperations<Log>,
  level: 'pmd' | 'pud',
  act: () => void,
): WalkOperations<Log> {
  let isDue = true;
  return {
    ...operations,
    [level]: (entry: number, start: number, end: number, walk: PageWalk<Log>) => {
      const result = operations[level]?.(entry, start, end, walk) ?? 0;
      if (isDue) {
        isDue = false;
        act();
      }
      return result;
    },
  };
}

function walkAll(object: HugeObject, operations: WalkOperations<Log>): Log {
  const log: Log = [];
  expect(walkPageMapping(object.mapping, 0, VMA_PAGES, operations, log)).toBe(0);
  return log;
}

describe('upper entries', () => {
  it('3.1: every level is called for what is not empty, top down, clipped to the walk', () => {
    const object = HugeObject.locked();
    object.map(GIB + 3 * PAGE_SIZE, 1);
    const log: Log = [];
    const operations = logging(['pgd', 'p4d', 'pud', 'pmd', 'pte', 'hole']);
    walkPageMapping(object.mapping, 2, 1024, operations, log);
    const start = GIB + 2 * PAGE_SIZE;
    const end = GIB + 1026 * PAGE_SIZE;
    expect(log.slice(0, 6)).toEqual([
      ['pgd', start, end],
      ['p4d', start, end],
      ['pud', start, end],
      ['pmd', start, GIB + MIB2],
      ['hole', start, start + PAGE_SIZE],
      ['pte', GIB + 3 * PAGE_SIZE, GIB + 3 * PAGE_SIZE],
    ]);
    expect(log.slice(-2)).toEqual([
      ['hole', GIB + MIB2, GIB + 2 * MIB2],
      ['hole', GIB + 2 * MIB2, end],
    ]);
  });

  it('3.1: continue leaves out what is below, again shows the entry again', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    object.map(GIB + MIB2, 1);
    const log = walkAll(object, logging(['pmd', 'pte'], ['again', 'again', 'continue']));
    expect(log.map(([what]) => what)).toEqual(['pmd', 'pmd', 'pmd', 'pmd', 'pte']);
    for (const name of ['pgd', 'p4d', 'pud'] as const) {
      expect(walkAll(object, logging([name, 'pte'], ['again', 'continue']))).toHaveLength(2);
    }
  });

  it('a callback that never stops asking for again ends in ELOOP, postVma first', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    let posts = 0;
    const operations: WalkOperations<null> = {
      pmd: (_entry, _start, _end, walk) => ((walk.action = 'again'), 0),
      postVma: () => void posts++,
    };
    expect(() => walkPageMapping(object.mapping, 0, 5, operations, null)).toThrow(
      expect.objectContaining({ code: 'ELOOP', start: GIB, end: GIB + 5 * PAGE_SIZE }),
    );
    expect(posts).toBe(1);
  });

  it('3.1: what is none of the three actions is refused, postVma first', () => {
    for (const name of ['pgd', 'p4d', 'pud', 'pmd'] as const) {
      const object = HugeObject.locked();
      object.map(GIB, 1);
      let posts = 0;
      const operations: WalkOperations<null> = {
        [name]: (_entry: number, _start: number, _end: number, walk: PageWalk<null>) => {
          walk.action = 'contniue' as WalkAction;
          return 0;
        },
        postVma: () => void posts++,
      };
      expect(() => walkPageMapping(object.mapping, 0, 5, operations, null)).toThrow(
        expect.objectContaining({
          name: 'PageWalkError',
          code: 'EINVAL',
          start: GIB,
          end: GIB + 5 * PAGE_SIZE,
        }),
      );
      expect(posts).toBe(1);
    }
  });

  it('3.2: a callback that returns nothing goes on, each entry once', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    object.map(GIB + MIB2, 1);
    for (const name of ['pgd', 'p4d', 'pud', 'pmd', 'pteTable', 'pte'] as const) {
      let calls = 0;
      const operations = { [name]: () => void calls++ } as unknown as WalkOperations<null>;
      expect(walkPageMapping(object.mapping, 0, 1024, operations, null)).toBe(0);
      expect(calls, name).toBe(['pgd', 'p4d', 'pud'].includes(name) ? 1 : 2);
    }
  });

  it('3.2: a result of an upper callback ends the walk', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    for (const name of ['pgd', 'p4d', 'pud', 'pmd'] as const) {
      expect(walkPageMapping(object.mapping, 0, 5, { [name]: () => 17, pte: () => -1 }, null)).toBe(17);
    }
  });

  it('3.3: the PTE callbacks run with the lock of their table held, the PMD and PUD ones without', () => {
    const object = HugeObject.locked(0, 'walker');
    object.map(GIB, 1);
    const lockOf = (entry: number) => object.tables.assertTableLocked(tableOfEntry(entry), 'walker');
    const seen: string[] = [];
    const unlocked = (name: string) => (entry: number) => {
      expect(() => lockOf(entry)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      expect(() => lockOf(object.entry(GIB, 1))).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
      seen.push(name);
      return 0;
    };
    const locked = (name: string) => (entry: number) => {
      lockOf(entry);
      seen.push(name);
      return 0;
    };
    const upper = { pud: unlocked('pud'), pmd: unlocked('pmd') };
    walkPageMapping(object.mapping, 0, 1, { ...upper, pte: locked('pte') }, null, 'walker');
    walkPageMapping(object.mapping, 0, 1, { pteTable: locked('pteTable') }, null, 'walker');
    expect(seen).toEqual(['pud', 'pmd', 'pte', 'pteTable']);
    const failing: WalkOperations<null> = {
      pte: () => {
        throw new Error('callback');
      },
    };
    expect(() => walkPageMapping(object.mapping, 0, 1, failing, null, 'walker')).toThrow('callback');
    expect(() => lockOf(object.entry(GIB, 1))).toThrow('not held');
  });
});

describe('huge entries', () => {
  it('3.3: entries of a level without a callback are split for a callback below, dirty kept', () => {
    const object = HugeObject.locked();
    object.map(GIB, 3);
    object.map(2 * GIB, 2);
    const log: Log = [];
    walkPageMapping(object.mapping, 511, 2, logging(['pte']), log);
    expect(log.map(([, start]) => start)).toEqual([GIB + MIB2 - PAGE_SIZE, GIB + MIB2]);
    expect(object.low(GIB + MIB2, 1) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(isHugeLeaf(object.low(GIB + 2 * MIB2, 2))).toBe(true);
    walkPageMapping(
      object.mapping,
      0,
      VMA_PAGES,
      { pmd: (_e, _s, _t, walk) => ((walk.action = 'continue'), 0) },
      null,
    );
    expect(isHugeLeaf(object.low(2 * GIB, 2))).toBe(true);
  });

  it('3.3: a walk that does not need the level below does not split: pud or pmd alone, holes alone', () => {
    for (const names of [['pud'], ['pgd', 'pud', 'hole'], ['hole']] as const) {
      const object = HugeObject.locked();
      object.map(GIB, 3);
      object.map(2 * GIB, 2);
      walkAll(object, logging(names));
      expect([object.low(GIB, 3), object.low(2 * GIB, 2)].map(isHugeLeaf), names.join()).toEqual([
        true,
        true,
      ]);
    }
  });

  it('3.3, A4: a callback decides: continue keeps the entry whole, subtree splits it', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    expect(walkAll(object, logging(['pmd', 'pte'], ['continue']))).toEqual([['pmd+', GIB, GIB + MIB2]]);
    expect(isHugeLeaf(object.low(GIB, 2))).toBe(true);
    expect(walkAll(object, logging(['pmd', 'pte']))).toHaveLength(1 + 512);
    expect(isHugeLeaf(object.low(GIB, 2))).toBe(false);
  });

  it('3.5: one that the range only touches is included, clipped', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    const log: Log = [];
    walkPageMapping(object.mapping, 500, 20, logging(['pmd']), log);
    expect(log).toEqual([['pmd+', GIB + 500 * PAGE_SIZE, GIB + MIB2]]);
  });

  it('3.5: a callback takes its lock under the lock that the walk needs, either of the two', () => {
    const object = new HugeObject();
    const { vma, addressSpace, mapping, tables } = object;
    object.map(GIB, 2);
    let locked = 0;
    const operations: WalkOperations<null> = {
      pmd: (entry, start, _end, walk) => {
        expect(lockHugeEntry(vma, start, 2)).toBe(entry);
        locked++;
        tables.unlockTable(tableOfEntry(entry));
        walk.action = 'continue';
        return 0;
      },
    };
    addressSpace.lock.acquireRead();
    walkPageVma(vma, operations, null);
    addressSpace.lock.releaseRead();
    mapping.lock.acquireRead();
    walkPageMapping(mapping, 0, 512, operations, null);
    expect(locked).toBe(2);
  });

  it('3.1: hugetlb stands for all callbacks of entries in a VMA of VM_HUGETLB, and nothing is split', () => {
    const object = HugeObject.locked(VM_HUGETLB);
    object.map(GIB, 3);
    object.map(2 * GIB + MIB2, 2);
    const log = walkAll(object, logging(['hugetlb', 'pud', 'pmd', 'pte', 'hole']));
    expect(log.slice(0, 4)).toEqual([
      ['hugetlb', GIB, 2 * GIB],
      ['hole', 2 * GIB, 2 * GIB + MIB2],
      ['hugetlb', 2 * GIB + MIB2, 2 * GIB + 2 * MIB2],
      ['hole', 2 * GIB + 2 * MIB2, 2 * GIB + 3 * MIB2],
    ]);
    expect(new Set(log.map(([what]) => what))).toEqual(new Set(['hugetlb', 'hole']));
    expect(walkAll(object, logging(['pte']))).toEqual([]);
    expect(isHugeLeaf(object.low(2 * GIB + MIB2, 2))).toBe(true);
  });

  it('3.1: a walk with no VMA finds entries outside them, and splits nothing', () => {
    const object = HugeObject.locked();
    const kernel = 2 ** 48 - GIB;
    object.map(kernel, 3);
    object.map(kernel - PAGE_SIZE, 1);
    object.map(8 * GIB, 2);
    const log: Log = [];
    const operations = logging(['pud', 'pmd', 'pte']);
    expect(walkPageTables(object.addressSpace, 0, 2 ** 48, operations, log)).toBe(0);
    expect(log.map(([what, start]) => [what, start])).toEqual([
      ['pud', 8 * GIB],
      ['pmd+', 8 * GIB],
      ['pud', kernel - GIB],
      ['pmd', kernel - MIB2],
      ['pte', kernel - PAGE_SIZE],
      ['pud+', kernel],
    ]);
    expect(isHugeLeaf(object.low(8 * GIB, 2))).toBe(true);
    const holes: Log = [];
    walkPageTables(object.addressSpace, GIB512, 2 * GIB512, logging(['hole']), holes);
    expect(holes).toEqual([['hole', GIB512, 2 * GIB512]]);
  });
});

describe('another CPU in between', () => {
  it('A6, 2.7: a table zapped after its PMD callback is not walked: the entry is a hole', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    const operations = logging(['pmd', 'pte', 'hole']);
    const log = walkAll(
      object,
      overtaken(operations, 'pmd', () => object.clear(GIB, 2)),
    );
    expect(log.slice(0, 2)).toEqual([
      ['pmd', GIB, GIB + MIB2],
      ['hole', GIB, GIB + MIB2],
    ]);
    expect(log.every(([what]) => what !== 'pte')).toBe(true);
  });

  it.each([
    [2, 'pmd'],
    [3, 'pud'],
  ] as const)(
    'A5, 2.7: a huge entry of level %d that replaced a table after the callback is shown, not split unseen',
    (level, name) => {
      const object = HugeObject.locked();
      object.map(GIB, 1);
      const operations = logging([name, 'pte'], ['subtree', 'continue']);
      const log = walkAll(
        object,
        overtaken(operations, name, () => object.overwriteHuge(GIB, level)),
      );
      expect(log.map(([what]) => what)).toEqual([name, `${name}+`]);
      expect(isHugeLeaf(object.low(GIB, level))).toBe(true);
    },
  );

  it('2.7, A4: a huge entry that was just split is looked at again, and its entries are walked', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    const operations = logging(['pmd', 'pte']);
    const log = walkAll(
      object,
      overtaken(operations, 'pmd', () => object.tables.splitHuge(GIB, 2)),
    );
    expect(log.slice(0, 3).map(([what]) => what)).toEqual(['pmd+', 'pmd', 'pte']);
    expect(log).toHaveLength(2 + 512);
  });

  it('2.7: another huge page in the place of the one that the callback saw is shown to it as well', () => {
    const object = HugeObject.locked();
    object.tables.map(GIB, 0x80000, 2, 0, 2);
    const operations = logging(['pmd', 'pte']);
    const log = walkAll(
      object,
      overtaken(operations, 'pmd', () => object.overwriteHuge(GIB, 2)),
    );
    expect(log.slice(0, 3).map(([what]) => what)).toEqual(['pmd+', 'pmd+', 'pte']);
  });

  it('2.7, 3.3: a split that another CPU overtakes neither fails nor loses entries', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    object.memory.preemption.at('split: between new table and entry', () => object.tables.splitHuge(GIB, 2));
    const free = object.memory.freeFrames;
    expect(walkAll(object, logging(['pte']))).toHaveLength(512);
    expect(object.memory.freeFrames).toBe(free - 1);
  });

  it.each([
    [2, MIB2],
    [3, GIB],
  ])('2.7: a huge entry of level %d that is zapped while it is split is one hole', (level, bytes) => {
    const object = HugeObject.locked();
    object.map(GIB, level);
    object.memory.preemption.at('split: between new table and entry', () => object.clear(GIB, level));
    expect(walkAll(object, logging(['pte', 'hole']))[0]).toEqual(['hole', GIB, GIB + bytes]);
  });

  it.each([
    ['zapped', (object: HugeObject) => object.clear(GIB, 2), 0],
    ['taken away to be moved', (object: HugeObject) => object.takeToMove(GIB, 2), 0],
    ['made huge', (object: HugeObject) => object.overwriteHuge(GIB, 2), 512],
  ] as const)('A5, A6: a table %s before its lock is taken is not walked', (_what, step, found) => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    const old = object.entry(GIB, 1);
    object.memory.preemption.at('walk: between upper entry and table lock', () => step(object));
    const seen: number[] = [];
    walkPageMapping(object.mapping, 0, VMA_PAGES, { pte: (entry) => (seen.push(entry), 0) }, null);
    expect(seen).toHaveLength(found);
    expect(seen).not.toContain(old);
    expect(object.memory.preemption.isPending).toBe(false);
    object.tables.lockTable(tableOfEntry(old));
  });

  it('accessed and dirty bits that a CPU sets meanwhile are no reason to look again', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    const operations = overtaken(logging(['pmd', 'pte']), 'pmd', () => object.tables.walkAsHardware(GIB));
    expect(walkAll(object, operations).map(([what]) => what)).toEqual(['pmd', 'pte']);
  });

  it('a page that is being moved is shown to the callback of its level, and is a hole to all others', () => {
    const object = HugeObject.locked();
    object.map(GIB, 2);
    object.takeToMove(GIB, 2);
    expect(walkAll(object, logging(['pmd', 'pte']))).toEqual([['pmd', GIB, GIB + MIB2]]);
    expect(walkAll(object, logging(['pte', 'hole']))[0]).toEqual(['hole', GIB, GIB + MIB2]);
  });

  it('2.7: one VMA, many CPUs: a walk whose table is replaced again and again comes to its end', () => {
    const object = HugeObject.locked();
    object.map(GIB, 1);
    for (let i = 0; i < 20; i++) {
      object.memory.preemption.at('walk: between upper entry and table lock', () => {
        if (i % 2 === 0) {
          object.overwriteHuge(GIB, 2);
        } else {
          object.clear(GIB, 2);
          object.map(GIB, 1);
        }
      });
    }
    const log: Log = [];
    expect(walkPageVma(object.vma, logging(['pte']), log)).toBe(0);
    expect(log.length).toBeGreaterThan(0);
  });
});
