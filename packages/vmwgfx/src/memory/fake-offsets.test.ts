import { describe, expect, it } from 'vitest';
import { FakeOffsets } from './fake-offsets.js';

describe('FakeOffsets', () => {
  it('finds what holds a page, and gives freed offsets out again', () => {
    const offsets = new FakeOffsets<{ pageCount: number; name: string }>();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, pageCount: 10 }));
    const [first, second] = [a, b].map((object) => offsets.allocate(object));
    expect(offsets.find(first + 9)).toBe(a);
    expect(offsets.find(second)).toBe(b);
    offsets.free(a);
    expect(offsets.find(first)).toBeUndefined();
    expect(offsets.allocate(c)).toBe(first);
    const larger = { name: 'larger', pageCount: 11 };
    expect(offsets.allocate(larger)).toBe(second + 10);
  });

  it('never runs out by being used', () => {
    const offsets = new FakeOffsets<{ pageCount: number }>();
    for (let i = 0; i < 20; i++) {
      const object = { pageCount: 2 ** 30 };
      offsets.allocate(object);
      offsets.free(object);
    }
    expect(() => offsets.allocate({ pageCount: 2 ** 32 })).toThrow(
      expect.objectContaining({ code: 'ENOMEM' }),
    );
  });
});
