import { PAGE_SIZE } from '@cg/pagetable';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { outcomes, PATTERN, type PostedMachine } from './posted-machine.fixture.js';

describe('resources as posted', () => {
  it('C2a: with B=[10,20) above it in the tree, A=[0,100) is not found for page 50', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(100);
      const b = on.surfaceIn(buffer, 10, 10);
      const a = on.surfaceIn(buffer, 0, 100);
      on.read(a, b);
      on.write(a);
      return on.load(on.mapBuffer(buffer), 50);
    };
    expect(outcomes('C2a', program)).toEqual({ right: PATTERN, posted: 0 });
  });

  it('C2b: A=[0,100) is read back for page 50, and the page is mapped before that has completed', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(100);
      const a = on.surfaceIn(buffer, 0, 100);
      const b = on.surfaceIn(buffer, 10, 10);
      on.read(a, b);
      on.write(a);
      const vma = on.mapBuffer(buffer);
      const first = on.load(vma, 50);
      on.machine.driver.state.queue.flush();
      return [first, on.load(vma, 50)];
    };
    expect(outcomes('C2b', program)).toEqual({ right: [PATTERN, PATTERN], posted: [0, PATTERN] });
  });

  it('C2c: a fault on page 0 of A=[0,100) maps pages of C=[5,10), which is GPU-dirty', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(100);
      const a = on.surfaceIn(buffer, 0, 100);
      const c = on.surfaceIn(buffer, 5, 5);
      on.read(a, c);
      on.write(c);
      const vma = on.mapBuffer(buffer);
      on.load(vma, 0);
      return on.load(vma, 7);
    };
    expect(outcomes('C2c', program)).toEqual({ right: PATTERN, posted: 0 });
  });

  it('C3: if the second read-back of a fault fails, the first one is not waited for', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(6);
      const a = on.surfaceIn(buffer, 0, 4);
      const b = on.surfaceIn(buffer, 2, 4);
      on.read(a, b);
      on.write(a, b);
      const vma = on.mapBuffer(buffer);
      on.faults.fail('command-space', { after: 1 });
      expect(() => on.load(vma, 2)).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
      return on.load(vma, 0);
    };
    expect(outcomes('C3', program)).toEqual({ right: PATTERN, posted: 0 });
  });

  it('C4: a resource that moved within its buffer object is not found at its new offset', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(30);
      const a = on.surfaceIn(buffer, 10, 10);
      const b = on.surfaceIn(buffer, 20, 10);
      on.read(a, b);
      on.submit(on.bind(b, buffer));
      on.write(b);
      return on.load(on.mapBuffer(buffer), 0);
    };
    expect(outcomes('C4', program)).toEqual({ right: PATTERN, posted: 0 });
  });

  it('C5: if the first switch is refused, the tracker of the second goes from 2 users to 1', () => {
    const program = (on: PostedMachine) => {
      const [first, second] = [on.buffer(4), on.buffer(8)];
      const residents = [on.surfaceIn(second, 0, 4), on.surfaceIn(second, 4, 4)];
      const moving = [on.surface(4), on.surface(4)];
      on.read(...residents, ...moving);
      on.faults.fail('tracker-charge');
      const bind = () => on.submit(on.bind(moving[0], first), on.bind(moving[1], second));
      expect(bind).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
      return on.object(second).trackerUsers;
    };
    expect(outcomes('C5', program)).toEqual({ right: 2, posted: 1 });
  });

  it('C5: with one user, later writes there are not found', () => {
    const program = (on: PostedMachine) => {
      const [first, second] = [on.buffer(4), on.buffer(4)];
      const resident = on.surfaceIn(second, 0, 4);
      const moving = [on.surface(4), on.surface(4)];
      on.read(resident, ...moving);
      on.faults.fail('tracker-charge');
      const bind = () => on.submit(on.bind(moving[0], first), on.bind(moving[1], second));
      expect(bind).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
      on.store(on.mapBuffer(second), 1, 7);
      on.read(resident);
      return on.devicePages(resident, [1]);
    };
    expect(outcomes('C5', program)).toEqual({ right: [7], posted: [0] });
  });

  it('C8: dirty pages of a surface that is not coherent are lost before it has dirty boxes', () => {
    const program = (on: PostedMachine) => {
      const buffer = on.buffer(8);
      const explicit = on.surfaceIn(buffer, 4, 4, { coherent: false });
      on.read(explicit);
      // Tracked from now on; the explicit surface has dirty boxes from its next use on.
      on.surfaceIn(buffer, 0, 4);
      on.cpus[0].store8(on.mapBuffer(buffer).start + 5 * PAGE_SIZE, 7);
      on.submit(encodeCommand('READBACK_GB_SURFACE', { sid: explicit }));
      return on.devicePages(explicit, [1]);
    };
    expect(outcomes('C8', program)).toEqual({ right: [7], posted: [0] });
  });
});
