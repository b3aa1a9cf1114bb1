import { describe, expect, it } from 'vitest';
import { medianPass, PASSES } from './timing.js';

describe('a sample of short work', () => {
  it('counts the work alone, not what surrounds it, and not the first pass', () => {
    let now = 0;
    let pass = 0;
    const taken = medianPass(() => now, {
      prepare: () => void (now += 1000),
      work: () => void (now += pass++ === 0 ? 500 : 7),
      check: () => void (now += 1000),
    });
    expect(taken).toBe(7);
    expect(pass).toBe(PASSES + 1);
  });

  it('is the median pass', () => {
    let now = 0;
    let pass = 0;
    const taken = medianPass(() => now, { prepare() {}, work: () => void (now += pass++), check() {} });
    expect(taken).toBe((PASSES + 1) / 2);
  });

  it('prepares before and checks after each pass', () => {
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    medianPass(() => 0, { prepare: note('p'), work: note('w'), check: note('c') });
    expect(order.join('')).toBe('pwc'.repeat(PASSES + 1));
  });
});
