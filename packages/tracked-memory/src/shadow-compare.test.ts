import { describe, expect, it } from 'vitest';
import { AlwaysDirtyMemory } from './always-dirty.js';
import { DirtyPages } from './dirty-pages.js';
import { ShadowCompareMemory } from './shadow-compare.js';

const WORDS = 1024;

function shadowed(pages: number): { words: Uint32Array; memory: ShadowCompareMemory } {
  // More memory than is tracked: the rest has another owner.
  const words = new Uint32Array(2 * pages * WORDS);
  const read = (page: number) => words.subarray(page * WORDS, (page + 1) * WORDS);
  return { words, memory: new ShadowCompareMemory(pages, read) };
}

describe('ShadowCompareMemory', () => {
  it('1.5: a clean that cannot record loses no write to a later one', () => {
    const { words, memory } = shadowed(8);
    words[1 * WORDS] = 1;
    words[5 * WORDS] = 1;
    const small = new DirtyPages(4);
    const refused = { name: 'TrackedMemoryError', code: 'EINVAL', firstPage: 0, pageCount: 8, limit: 4 };
    expect(() => memory.cleanAndRecord(0, 8, small)).toThrow(expect.objectContaining(refused));
    expect(() => memory.beforeDeviceWrite(0, 8, small)).toThrow(expect.objectContaining(refused));
    expect([small.isEmpty, memory.entriesScanned]).toEqual([true, 0]);
    const failing = new DirtyPages(8);
    failing.add = () => {
      throw new Error('no room');
    };
    expect(() => memory.cleanAndRecord(0, 8, failing)).toThrow('no room');
    const dirty = new DirtyPages(8);
    expect(memory.cleanAndRecord(0, 8, dirty)).toBe(2);
    expect([...dirty.bitmap.ranges()]).toEqual([
      [1, 2],
      [5, 6],
    ]);
  });

  it('c: leaves neither end of its memory', () => {
    const { memory } = shadowed(4);
    const refused = { code: 'EINVAL', firstPage: 2, pageCount: 4, limit: 4 };
    expect(() => memory.cleanAndRecord(2, 4, new DirtyPages(8))).toThrow(expect.objectContaining(refused));
    expect(() => memory.afterDeviceWrite(2, 4)).toThrow(expect.objectContaining(refused));
  });

  it('is not made of pages that there cannot be', () => {
    for (const pageCount of [-1, 0.5, Number.NaN, Infinity]) {
      const facts = { name: 'TrackedMemoryError', code: 'EINVAL', pageCount };
      const read = () => expect.fail('read');
      expect(() => new ShadowCompareMemory(pageCount, read)).toThrow(expect.objectContaining(facts));
      expect(() => new AlwaysDirtyMemory(pageCount)).toThrow(expect.objectContaining(facts));
    }
  });
});
