import { describe, expect, it } from 'vitest';
import { isInNoise, lossOf, rateOf, type Round } from './rounds.js';

function drawn(guestMilliseconds: number, hostMilliseconds = 2 * guestMilliseconds) {
  return { frames: 10, guestMilliseconds, hostMilliseconds, faults: 0 };
}

function round(explicit: number, coherent: number, again: number): Round {
  return { explicit: drawn(explicit), coherent: drawn(coherent), again: drawn(again) };
}

describe('the loss', () => {
  it('is of frames a second: a frame that takes twice as long loses half of them', () => {
    expect(lossOf([round(100, 200, 100)])).toMatchObject({ loss: { median: 50 }, noise: { median: 0 } });
    expect(lossOf([round(100, 80, 100)])).toMatchObject({ loss: { median: -25 } });
  });

  it('is that of the middle round, against both explicit runs of the same round', () => {
    const { loss, noise } = lossOf([round(90, 200, 110), round(400, 800, 400), round(100, 100, 100)]);
    expect(loss.median).toBeCloseTo(50);
    expect(loss.lower).toBeCloseTo(25);
    expect(noise.upper).toBeCloseTo(50 * (1 - 90 / 110));
  });

  it('is in the noise if explicit differs from itself as much', () => {
    expect(isInNoise(lossOf([round(100, 104, 110), round(110, 105, 100), round(100, 103, 100)]))).toBe(true);
    expect(isInNoise(lossOf([round(100, 150, 101)]))).toBe(false);
  });
});

it('rates are those of a frame', () => {
  expect(rateOf([drawn(100), drawn(200), drawn(50)])).toMatchObject({
    framesPerSecond: { median: 100 },
    guestMilliseconds: { median: 10, lower: 7.5, upper: 15 },
    hostMilliseconds: { median: 20 },
  });
});
