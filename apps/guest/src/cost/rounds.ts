import type { DrawnFrames } from './asked-scene.js';
import { spreadOf, type Spread } from './quantiles.js';

/** The runs of a round: the same frames with explicit transfers, with coherent memory, and explicitly again. */
export interface Round {
  readonly explicit: DrawnFrames;
  readonly coherent: DrawnFrames;
  readonly again: DrawnFrames;
}

/** How fast a program is. */
export interface ModeRate {
  readonly framesPerSecond: Spread;
  /** Of a frame. */
  readonly guestMilliseconds: Spread;
  /** CPU time of a frame. */
  readonly hostMilliseconds: Spread;
}

/** Frames a second that are lost, in per cent. */
export interface Loss {
  /** With coherent memory, of the mean of the two explicit runs of a round. */
  readonly loss: Spread;
  /** With explicit transfers, of those again: what the machine does by itself. */
  readonly noise: Spread;
}

export function rateOf(runs: readonly DrawnFrames[]): ModeRate {
  return {
    framesPerSecond: spreadOf(runs.map((run) => 1000 / eachOf(run))),
    guestMilliseconds: spreadOf(runs.map(eachOf)),
    hostMilliseconds: spreadOf(runs.map(({ frames, hostMilliseconds }) => hostMilliseconds / frames)),
  };
}

export function lossOf(rounds: readonly Round[]): Loss {
  const losses = rounds.map(({ explicit, coherent, again }) =>
    lostPercent((eachOf(explicit) + eachOf(again)) / 2, eachOf(coherent)),
  );
  const noises = rounds.map(({ explicit, again }) => lostPercent(eachOf(explicit), eachOf(again)));
  return { loss: spreadOf(losses), noise: spreadOf(noises) };
}

/** Whether the loss is no larger than what the machine does by itself. */
export function isInNoise({ loss, noise }: Loss): boolean {
  return Math.abs(loss.median) <= Math.max(Math.abs(noise.lower), Math.abs(noise.upper));
}

function eachOf({ frames, guestMilliseconds }: DrawnFrames): number {
  return guestMilliseconds / frames;
}

/** Of the frames in a time, those that are lost when a frame takes longer. */
function lostPercent(before: number, after: number): number {
  return 100 * (1 - before / after);
}
