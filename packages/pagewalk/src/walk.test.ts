import {
  AddressSpace,
  Cpu,
  Mapping,
  PAGE_SIZE,
  PhysicalMemory,
  RUNNING_THREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  type Vma,
} from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import type { PageWalk, WalkOperations } from './operations.js';
import { walkPageMapping, walkPageRange, walkPageTables, walkPageVma, walkPageVmaRange } from './walk.js';

const flags = VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE;
const pages = 2000;

function machine() {
  const memory = new PhysicalMemory(4096 * PAGE_SIZE);
  const mapping = new Mapping('object');
  const frames = memory.allocateFrames(pages);
  const cpu = new Cpu(memory);
  const addressSpace = new AddressSpace(memory);
  cpu.run(addressSpace);
  const map = (firstPage: number, count: number, address?: number, into = addressSpace, more = 0): Vma =>
    into.map({
      length: count * PAGE_SIZE,
      flags: flags | more,
      mapping,
      firstPage,
      ...(address === undefined ? {} : { address }),
      operations: {
        fault(fault) {
          fault.insertFrame(fault.address, frames[fault.page], true);
          return 'noPage';
        },
      },
    });
  return { memory, mapping, cpu, addressSpace, map };
}

const listPages: WalkOperations<number[]> = {
  pte: (_entry, address, walk) => {
    walk.state.push(walk.vma?.pageAt(address) ?? -1);
    return 0;
  },
};

describe('walking', () => {
  it('3.1: the three entrances find the same present entries', () => {
    const { cpu, addressSpace, mapping, map } = machine();
    const vma = map(0, pages);
    const touched = [0, 1, 511, 512, 1023, 1500, 1999];
    touched.forEach((page) => cpu.load8(vma.addressOf(page)));
    const seen: number[][] = [[], [], []];
    addressSpace.lock.acquireRead();
    walkPageRange(addressSpace, vma.start, vma.end, listPages, seen[0]);
    walkPageVma(vma, listPages, seen[1]);
    mapping.lock.acquireRead();
    walkPageMapping(mapping, 0, pages, listPages, seen[2]);
    expect(seen).toEqual([touched, touched, touched]);
  });

  it('pteTable gets every leaf table once, clipped to the range, and the same entries as pte', () => {
    const { cpu, memory, mapping, map } = machine();
    const vma = map(0, pages);
    [3, 700, 701, 1100].forEach((page) => cpu.load8(vma.addressOf(page)));
    const runs: [number, number][] = [];
    mapping.lock.acquireRead();
    const operations: WalkOperations<null> = {
      pteTable(entry, count, address, walk) {
        runs.push([(walk.vma as Vma).pageAt(address), count]);
        for (let i = 0; i < count; i++) {
          const present = memory.u32[entry + 2 * i] & 1;
          expect(present).toBe([3, 700, 701, 1100].includes((walk.vma as Vma).pageAt(address) + i) ? 1 : 0);
        }
        return 0;
      },
    };
    walkPageMapping(mapping, 2, 1200, operations, null);
    expect(runs.reduce((total, [, count]) => total + count, 0)).toBe(1200);
    expect(runs[0][0]).toBe(2);
  });

  it('3.2, A1: test positive skips this VMA only; negative ends the walk', () => {
    const { cpu, mapping, map } = machine();
    const first = map(0, 10);
    const second = map(0, 10);
    [first, second].forEach((vma) => cpu.load8(vma.addressOf(4)));
    mapping.lock.acquireRead();
    const seen: number[] = [];
    const skipFirst = {
      ...listPages,
      test: (_start: number, _end: number, walk: PageWalk<number[]>) => (walk.vma === first ? 1 : 0),
    };
    expect(walkPageMapping(mapping, 4, 1, skipFirst, seen)).toBe(0);
    expect(seen).toEqual([4]);
    expect(walkPageMapping(mapping, 4, 1, { ...listPages, test: () => -22 }, seen)).toBe(-22);
    expect(seen).toEqual([4]);
  });

  it('3.2, A1: test positive skips one VMA only in a range walk, and is no result of any entrance', () => {
    const { cpu, addressSpace, mapping, map } = machine();
    const vmas = [map(0, 10, 0x40000000), map(10, 10, 0x40010000), map(20, 10, 0x40020000)];
    vmas.forEach((vma) => cpu.load8(vma.addressOf(vma.firstPage + 4)));
    addressSpace.lock.acquireRead();
    mapping.lock.acquireRead();
    let posts = 0;
    const skipping: WalkOperations<number[]> = {
      ...listPages,
      test: (_start, _end, walk) => (walk.vma === vmas[1] ? 7 : 0),
      postVma: () => void posts++,
    };
    const seen: number[] = [];
    expect(walkPageRange(addressSpace, vmas[0].start, vmas[2].end, skipping, seen)).toBe(0);
    expect([seen, posts]).toEqual([[4, 24], 2]);
    for (const walk of [
      () => walkPageVma(vmas[1], skipping, seen),
      () => walkPageVmaRange(vmas[1], vmas[1].start, vmas[1].end, skipping, seen),
    ]) {
      expect(walk()).toBe(0);
    }
    expect([seen, posts]).toEqual([[4, 24], 2]);
    expect(walkPageVma(vmas[2], skipping, seen)).toBe(0);
    expect(walkPageVmaRange(vmas[0], vmas[0].start, vmas[0].end, skipping, seen)).toBe(0);
    expect([seen, posts]).toEqual([[4, 24, 24, 4], 4]);
  });

  it('3.2: a positive result stops the walk and reaches the caller', () => {
    const { cpu, addressSpace, map } = machine();
    const vma = map(0, 10);
    [2, 5, 8].forEach((page) => cpu.load8(vma.addressOf(page)));
    addressSpace.lock.acquireRead();
    let calls = 0;
    const stop: WalkOperations<null> = { pte: (_entry, address) => (++calls, vma.pageAt(address)) };
    expect(walkPageRange(addressSpace, vma.start, vma.end, stop, null)).toBe(2);
    expect(calls).toBe(1);
  });

  it('3.4, A8: postVma runs after a failing walk, and not after a failing preVma', () => {
    const { cpu, addressSpace, map } = machine();
    const vma = map(0, 10);
    cpu.load8(vma.start);
    addressSpace.lock.acquireRead();
    let posts = 0;
    const operations: WalkOperations<null> = { pte: () => -5, postVma: () => void posts++ };
    expect(walkPageVma(vma, operations, null)).toBe(-5);
    expect(posts).toBe(1);
    expect(walkPageVma(vma, { ...operations, preVma: () => -12 }, null)).toBe(-12);
    expect(posts).toBe(1);
    const throwing: WalkOperations<null> = {
      pte: () => {
        throw new Error('callback');
      },
      postVma: () => void posts++,
    };
    expect(() => walkPageVma(vma, throwing, null)).toThrow('callback');
    expect(posts).toBe(2);
  });

  it('3.4: preVma positive ends the walk in every entrance, without postVma', () => {
    const { cpu, addressSpace, mapping, map } = machine();
    const [one, two] = [map(0, 10, 0x40000000), map(0, 10, 0x40010000)];
    [one, two].forEach((vma) => cpu.load8(vma.start));
    addressSpace.lock.acquireRead();
    mapping.lock.acquireRead();
    let calls: string[] = [];
    const operations: WalkOperations<null> = {
      preVma: () => calls.push('pre') * 9,
      pte: () => calls.push('pte'),
      postVma: () => void calls.push('post'),
    };
    for (const walk of [
      () => walkPageRange(addressSpace, one.start, two.end, operations, null),
      () => walkPageVma(one, operations, null),
      () => walkPageVmaRange(one, one.start, one.end, operations, null),
      () => walkPageMapping(mapping, 0, 10, operations, null),
    ]) {
      expect(walk()).toBe(9);
      expect(calls).toEqual(['pre']);
      calls = [];
    }
  });

  it('A9: a VMA of VM_PFNMAP is walked, with a test and without', () => {
    const { cpu, addressSpace, mapping, map } = machine();
    const vma = map(0, 10, 0x40000000, addressSpace, VM_PFNMAP);
    cpu.load8(vma.addressOf(3));
    addressSpace.lock.acquireRead();
    mapping.lock.acquireRead();
    for (const operations of [listPages, { ...listPages, test: () => 0 }]) {
      const seen: number[] = [];
      walkPageRange(addressSpace, vma.start, vma.end, operations, seen);
      walkPageVma(vma, operations, seen);
      walkPageMapping(mapping, 0, 10, operations, seen);
      expect(seen).toEqual([3, 3, 3]);
    }
  });

  it('a range walk calls what lies between VMAs, and what has no entry, a hole', () => {
    const { cpu, addressSpace, map } = machine();
    const one = map(0, 2, 0x40000000);
    const two = map(2, 2, 0x40004000);
    cpu.load8(one.start);
    cpu.load8(two.start + PAGE_SIZE);
    const holes: [number, boolean][] = [];
    const operations: WalkOperations<null> = {
      hole: (start, end, walk) => {
        holes.push([(end - start) / PAGE_SIZE, walk.vma !== undefined]);
        return 0;
      },
    };
    addressSpace.lock.acquireRead();
    walkPageRange(addressSpace, one.start - PAGE_SIZE, two.end + 3 * PAGE_SIZE, operations, null);
    expect(holes).toEqual([
      [1, false],
      [1, true],
      [2, false],
      [1, true],
      [3, false],
    ]);
  });

  it('3.5: a mapping walk needs the lock of the mapping, the other entrances that of the address space', () => {
    const { mapping, addressSpace, map } = machine();
    const vma = map(0, 10);
    const walks = [
      () => walkPageMapping(mapping, 0, 10, listPages, []),
      () => walkPageRange(addressSpace, vma.start, vma.end, listPages, []),
      () => walkPageVma(vma, listPages, []),
      () => walkPageTables(addressSpace, vma.start, vma.end, listPages, []),
    ];
    for (const walk of walks) {
      expect(walk).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    }
    mapping.lock.acquireRead();
    expect(walks[0]).not.toThrow();
    expect(walks[1]).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    mapping.lock.releaseRead();
    addressSpace.lock.acquireRead();
    expect(walks[0]).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    walks.slice(1).forEach((walk) => expect(walk).not.toThrow());
  });

  it('3.5: a lock held by another thread is not held, and both are named', () => {
    const { cpu, mapping, addressSpace, map } = machine();
    const vma = map(0, 10);
    cpu.load8(vma.addressOf(2));
    const walks = (holder?: string) => [
      (seen: number[]) => walkPageMapping(mapping, 0, 10, listPages, seen, holder),
      (seen: number[]) => walkPageRange(addressSpace, vma.start, vma.end, listPages, seen, holder),
      (seen: number[]) => walkPageVma(vma, listPages, seen, holder),
      (seen: number[]) => walkPageVmaRange(vma, vma.start, vma.end, listPages, seen, holder),
      (seen: number[]) => walkPageTables(addressSpace, vma.start, vma.end, listPages, seen, holder),
    ];
    addressSpace.lock.acquireRead('somebody');
    mapping.lock.acquireRead('somebody');
    for (const holder of ['walker', undefined]) {
      for (const walk of walks(holder)) {
        const seen: number[] = [];
        const facts = { holder: holder ?? RUNNING_THREAD, heldBy: ['somebody'] };
        expect(() => walk(seen)).toThrow(
          expect.objectContaining({ code: 'EDEADLK', facts: expect.objectContaining(facts) as unknown }),
        );
        expect(seen).toEqual([]);
      }
    }
    for (const walk of walks('somebody')) {
      const seen: number[] = [];
      expect(walk(seen)).toBe(0);
      expect(seen).toHaveLength(1);
    }
  });

  it('refuses pages of a mapping that are no whole numbers from 0 on, before it calls anybody', () => {
    const { cpu, mapping, map } = machine();
    cpu.load8(map(0, 10).start);
    mapping.lock.acquireRead();
    const refuse: WalkOperations<null> = { test: () => expect.fail('walked') };
    for (const [first, count] of [
      [0.5, 1],
      [0, 1.5],
      [-1, 2],
      [0, -1],
      [Number.NaN, 1],
      [0, Number.NaN],
      [0, Infinity],
      [-Infinity, 1],
      [2 ** 53, 1],
      [1, 2 ** 53 - 1],
    ]) {
      const facts = { name: 'PageWalkError', code: 'EINVAL', start: first, end: first + count };
      expect(() => walkPageMapping(mapping, first, count, refuse, null)).toThrow(
        expect.objectContaining(facts),
      );
    }
    expect(walkPageMapping(mapping, 10, 0, refuse, null)).toBe(0);
  });

  it('refuses a range that is not made of pages', () => {
    const { addressSpace } = machine();
    for (const [start, end] of [
      [4096, 4096],
      [8192, 4096],
      [1, 4096],
      [0, 4097],
      [Number.NaN, 4096],
      [-4096, 4096],
      [0, 2 ** 48 + 4096],
    ]) {
      for (const walk of [walkPageRange<number[]>, walkPageTables<number[]>]) {
        expect(() => walk(addressSpace, start, end, listPages, [])).toThrow(
          expect.objectContaining({ code: 'EINVAL' }),
        );
      }
    }
  });

  it('3.5: a part of a VMA is walked under either outer lock, and not beyond the VMA', () => {
    const { cpu, addressSpace, mapping, map } = machine();
    const vma = map(0, pages);
    [0, 511, 512, 1500].forEach((page) => cpu.load8(vma.addressOf(page)));
    const walk = (end: number): number[] => {
      const seen: number[] = [];
      walkPageVmaRange(vma, vma.addressOf(1), end, listPages, seen);
      return seen;
    };
    expect(() => walk(vma.end)).toThrow(expect.objectContaining({ code: 'EDEADLK' }));
    for (const lock of [addressSpace.lock, mapping.lock]) {
      lock.acquireRead();
      expect(walk(vma.addressOf(1500))).toEqual([511, 512]);
      expect(() => walk(vma.end + PAGE_SIZE)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      lock.releaseRead();
    }
  });
});
