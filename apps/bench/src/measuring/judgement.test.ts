import { describe, expect, it } from 'vitest';
import { judge, worstAgainstItself, type Comparison } from './judgement.js';

function comparison(ratio: number, against: readonly [number, number], spread = [ratio, ratio]): Comparison {
  return { ratio, spread: [spread[0], spread[1]], againstItself: against };
}

describe('the A/A figure', () => {
  it.each([
    [[1.01, 0.98], 0.98],
    [[1.02, 0.99], 1.02],
    [[0.5, 1.9], 0.5],
    [[1, 1], 1],
  ] as const)('of %j is the one farther off 1: %d', (against, worst) => {
    expect(worstAgainstItself(comparison(1, against))).toBe(worst);
  });
});

describe('a verdict', () => {
  it.each([
    [0.5, 'faster'],
    [0.96, 'faster'],
    [0.98, 'even'],
    [1, 'even'],
    [1.029, 'even'],
    [1.1, 'slower'],
  ])('on a ratio of %d, with quiet contenders, is %s', (ratio, verdict) => {
    expect(judge(comparison(ratio, [1.01, 0.99]))).toBe(verdict);
  });

  it.each([
    [[1.04, 1], 'not judged: A/A off by 4.0 %'],
    [[1, 0.95], 'not judged: A/A off by 5.3 %'],
    [[1.6, 1.01], 'not judged: A/A off by 60 %'],
    [[Number.NaN, 1], 'not judged: A/A off by NaN %'],
  ] as const)('is not given if a contender differs from itself by more than 3 %%: %j', (against, verdict) => {
    expect(judge(comparison(0.5, against))).toBe(verdict);
  });

  it('is given if contenders differ from themselves by less than 3 %', () => {
    expect(judge(comparison(0.5, [1.029, 1 / 1.029]))).toBe('faster');
  });

  it.each([
    [[0.8, 1.2], 'not judged: 0.80 to 1.20'],
    [[0.8, 0.98], 'not judged: 0.80 to 0.98'],
    [[0.8, 0.96], 'faster'],
  ])('is given only if all starts agree: %j', (spread, verdict) => {
    expect(judge(comparison(0.9, [1, 1], spread))).toBe(verdict);
  });
});
