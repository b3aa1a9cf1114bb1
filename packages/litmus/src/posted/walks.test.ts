import {
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_SIZE,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_PFNMAP,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { outcomes, PostedMachine, unlessBlocked } from './posted-machine.fixture.js';
import { postedVariants } from './posted-variants.js';

const MAY = VM_MAYREAD | VM_MAYWRITE | VM_PFNMAP;

describe('walks as posted', () => {
  it('A1: a private mapping of the object before the shared one hides writes through that', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(4);
      const surface = on.surfaceIn(buffer, 0, 4);
      on.read(surface);
      const { mapping, firstPage, operations } = on.mapBuffer(buffer);
      const { addressSpace } = on.process;
      addressSpace.unmap(addressSpace.vmas[0]);
      const flags = VM_READ | VM_WRITE | MAY;
      const request = {
        length: 4 * PAGE_SIZE,
        mapping: on.machine.driver.state.mapping,
        firstPage,
        operations,
      };
      expect(mapping).toBe(request.mapping);
      addressSpace.map({ ...request, flags });
      const shared = addressSpace.map({ ...request, flags: flags | VM_SHARED });
      [0, 1, 2, 3].forEach((page) => on.store(shared, page, 7));
      on.read(surface);
      return on.devicePages(surface, [0, 1, 2, 3]);
    };
    expect(outcomes('A1', program)).toEqual({ right: [7, 7, 7, 7], posted: [0, 0, 0, 0] });
  });

  it('A2: writes before mprotect(PROT_READ) are not found', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      const vma = on.map(surface);
      on.read(surface);
      on.store(vma, 1, 7);
      on.process.addressSpace.protect(vma.start, 4 * PAGE_SIZE, VM_READ);
      on.read(surface);
      return on.devicePages(surface, [1]);
    };
    expect(outcomes('A2', program)).toEqual({ right: [7], posted: [0] });
  });

  it('A3: while mprotect has not flushed, a submission leaves a writable TLB entry behind', () => {
    const program = (on: PostedMachine) => {
      const { addressSpace } = on.process;
      const surface = on.surface(4);
      const vma = on.map(surface);
      on.store(vma, 1, 7, on.cpus[1]);
      let stored = false;
      on.machine.memory.preemption.at('protect: between entries and flush', () => {
        on.read(surface);
        stored = unlessBlocked(() => on.store(vma, 1, 8, on.cpus[1]));
      });
      addressSpace.protect(vma.start, 4 * PAGE_SIZE, VM_READ);
      addressSpace.protect(vma.start, 4 * PAGE_SIZE, VM_READ | VM_WRITE);
      if (!stored) {
        on.store(vma, 1, 8, on.cpus[1]);
      }
      on.read(surface);
      return { device: on.devicePages(surface, [1]), memory: on.load(vma, 1) };
    };
    const right = { device: [8], memory: 8 };
    expect(outcomes('A3', program, { method: 'trap' })).toEqual({
      right,
      posted: { device: [7], memory: 8 },
    });
  });

  it('A4: a huge entry from before tracking hides every later write', () => {
    const program = (on: PostedMachine) => {
      const pages = 1200;
      const buffer = on.buffer(pages);
      const object = on.object(buffer);
      const first = object.frames.findIndex((frame) => frame % 512 === 0);
      const { firstPage, flags, operations } = on.mapBuffer(buffer);
      const vma = on.process.addressSpace.map({
        address: 2 ** 30 - first * PAGE_SIZE,
        length: pages * PAGE_SIZE,
        mapping: on.machine.driver.state.mapping,
        firstPage,
        flags,
        operations,
      });
      on.store(vma, first + 9, 7);
      expect(on.process.addressSpace.tables.leafLevel(vma.start + (first + 9) * PAGE_SIZE)).toBe(2);
      const surface = on.surfaceIn(buffer, first, 16);
      on.read(surface);
      on.store(vma, first + 9, 8);
      on.read(surface);
      return on.devicePages(surface, [9]);
    };
    expect(outcomes('A4', program)).toEqual({ right: [8], posted: [7] });
  });

  it('A6: frame 0 is cleaned in place of a table that was zapped concurrently', () => {
    // No program reaches this: zapping a PMD entry needs the lock of the mapping, which the walk holds. So the test
    // zaps the entry itself.
    const run = (variant?: (typeof postedVariants)[number]) => {
      const on = new PostedMachine({ variant });
      const vma = on.map(on.surface(4));
      on.store(vma, 1, 7);
      const { tables } = on.process.addressSpace;
      const { u32, preemption } = on.machine.memory;
      const second = ((vma.start / PAGE_SIZE) % 512) + 2;
      u32[second * 2] = PAGE_PRESENT | PAGE_DIRTY;
      preemption.at('walk: between upper entry and table lock', () => {
        const pmd = tables.findEntry(vma.start, 2);
        u32[pmd] = 0;
        u32[pmd + 1] = 0;
      });
      const { tracker } = on.machine.driver.state.fakeOffsets.find(vma.firstPage)!;
      tracker!.scan();
      return { bits: [...tracker!.dirty.bitmap.ranges()], frame0: u32[second * 2] };
    };
    expect(run()).toEqual({ bits: [], frame0: PAGE_PRESENT | PAGE_DIRTY });
    const a6 = postedVariants.find(({ id }) => id === 'A6');
    expect(run(a6)).toEqual({ bits: [[2, 3]], frame0: PAGE_PRESENT });
  });
});
