import { describe, expect, it } from 'vitest';
import { outcomes, PATTERN, unlessBlocked, type PostedMachine } from './posted-machine.fixture.js';

function span(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

describe('tracking as posted', () => {
  it('B1: A=[4,8) takes page 12 from B=[8,16)', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(16);
      const a = on.surfaceIn(buffer, 4, 4);
      const b = on.surfaceIn(buffer, 8, 8);
      on.read(a, b);
      const vma = on.mapBuffer(buffer);
      on.store(vma, 5, 7);
      on.store(vma, 12, 7);
      on.read(a, b);
      return [on.devicePages(a, [1]), on.devicePages(b, [4])];
    };
    expect(outcomes('B1', program)).toEqual({ right: [[7], [7]], posted: [[7], [0]] });
  });

  it('B4: with [0,40) and [570,600) written, the switch to scanning overwrites device writes in between', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(600);
      const low = on.surfaceIn(buffer, 0, 40);
      const middle = on.surfaceIn(buffer, 40, 530);
      const high = on.surfaceIn(buffer, 570, 30);
      on.read(low, middle, high);
      on.write(middle);
      const vma = on.mapBuffer(buffer);
      const { tracker } = on.object(buffer);
      for (let frame = 0; frame < 3; frame++) {
        [...span(0, 40), ...span(570, 600)].forEach((page) => on.store(vma, page, frame));
        expect(tracker?.method).toBe('trap');
        on.read(low, high);
      }
      expect(tracker?.method).toBe('scan');
      const dirty = [...tracker!.dirty.bitmap.ranges()];
      on.read(middle);
      return { dirty, middle: on.devicePages(middle, [0, 529]) };
    };
    const posted = { dirty: [[40, 570]] as [number, number][], middle: [0, 0] };
    expect(outcomes('B4', program, { method: 'auto' })).toEqual({
      right: { dirty: [], middle: [PATTERN, PATTERN] },
      posted,
    });
  });

  it('B6: a scan between recording a write and making its entry writable leaves that entry', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      const vma = on.map(surface);
      on.load(vma, 1);
      let submitted = false;
      on.machine.memory.preemption.at('fault: between recorded write and writable entry', () => {
        submitted = unlessBlocked(() => on.read(surface));
      });
      on.store(vma, 1, 7);
      on.read(surface);
      const [first] = on.devicePages(surface, [1]);
      on.store(vma, 1, 8);
      on.read(surface);
      return { submitted, seen: [first, ...on.devicePages(surface, [1])] };
    };
    const right = { submitted: false, seen: [7, 8] };
    expect(outcomes('B6', program, { method: 'trap' })).toEqual({
      right,
      posted: { submitted: true, seen: [0, 0] },
    });
  });

  it('B7: a page mapped writable is written and never recorded', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      on.read(surface);
      on.store(on.map(surface), 1, 7);
      on.read(surface);
      return on.devicePages(surface, [1]);
    };
    expect(outcomes('B7', program, { method: 'trap' })).toEqual({ right: [7], posted: [0] });
  });

  it('B9: of A=[0,6144) and B behind it, page 1 goes to A only, with bytes that only B has', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(4);
      const a = on.surfaceIn(buffer, 0, 1, { width: 1536 });
      const b = on.surfaceIn(buffer, 1, 2);
      on.read(a, b);
      on.cpus[0].store8(on.mapBuffer(buffer).start + 6144, 7);
      on.read(a, b);
      return on.device(b, 6144 - 4096);
    };
    expect(outcomes('B9', program)).toEqual({ right: 7, posted: 0 });
  });

  it('B10: the second of two resources in the same bytes never sees the writes', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(16);
      const outer = on.surfaceIn(buffer, 0, 16);
      const inner = on.surfaceIn(buffer, 4, 4);
      on.read(outer, inner);
      on.store(on.mapBuffer(buffer), 5, 7);
      on.read(outer, inner);
      return [on.devicePages(outer, [5]), on.devicePages(inner, [1])];
    };
    expect(outcomes('B10', program)).toEqual({ right: [[7], [7]], posted: [[7], [0]] });
  });

  it('B11: bits cleared while their entries are writable hide the next write', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      const vma = on.map(surface);
      on.store(vma, 1, 7);
      on.read(surface);
      on.store(vma, 1, 8);
      on.read(surface);
      return on.devicePages(surface, [1]);
    };
    expect(outcomes('B11', program, { method: 'trap' })).toEqual({ right: [8], posted: [7] });
  });
});
