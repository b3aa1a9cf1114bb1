import type { Pass, StepTimes } from './contender.js';

/**
 * A pass whose first step runs all of its steps, in a row; each later one returns its times. Threads that handed over
 * between two steps would let a frame of microseconds begin with cold caches.
 */
export function passAtOnce(pass: Pass, steps: number): Pass {
  const times: StepTimes[] = [];
  return {
    async step(index) {
      while (times.length < steps) {
        const taken = pass.step(times.length);
        times.push(taken instanceof Promise ? await taken : taken);
      }
      return times[index];
    },
    end: () => pass.end(),
  };
}
