import { describe, expect, it } from 'vitest';
import { outcomes, type PostedMachine } from './posted-machine.fixture.js';

describe('moves as posted', () => {
  it('E1: pages that are written and then unmapped are never uploaded', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      on.read(surface);
      const vma = on.map(surface);
      on.store(vma, 1, 7);
      on.process.addressSpace.unmap(vma);
      on.read(surface);
      return on.devicePages(surface, [1]);
    };
    expect(outcomes('E1', program)).toEqual({ right: [7], posted: [0] });
  });

  it('E2: pages written before the first submission are not uploaded; the device takes them itself', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4);
      on.store(on.map(surface), 1, 7);
      on.read(surface);
      const { boxes } = on.process.file.statistics(surface);
      return [boxes, ...on.devicePages(surface, [1])];
    };
    expect(outcomes('E2', program)).toEqual({ right: [1, 7], posted: [0, 7] });
  });
});
