import { expect, it } from 'vitest';
import { GpuLoad } from './gpu-load.js';
import type { Recorder } from './recorder.js';

const LOAD = 2 ** 32;

/** A GPU that has worked for so long when it is done, while so much time has gone by. */
function load(waited: number, worked: number | undefined) {
  let now = 0;
  let measured = 0;
  const taken = { times: 0 };
  const recorder = {
    submit: () => {},
    measure: () => void measured++,
    device: { queue: { onSubmittedWorkDone: async () => void (now += waited) } },
    clock: worked === undefined ? undefined : { taken: async () => (taken.times++, worked) },
  };
  const made = new GpuLoad(recorder as unknown as Recorder, () => now);
  return { load: made, measured: () => measured, taken };
}

async function taken(waited: number, worked: number | undefined): Promise<number | undefined> {
  const made = load(waited, worked).load;
  expect(made.take(LOAD)).toBeUndefined();
  return made.take(LOAD);
}

it('on a busy machine only the time counts that the GPU has worked', async () => {
  expect(await taken(400, 80)).toBe(80);
});

it('a clock that misses work does not make it free: an eighth of the waiting counts', async () => {
  expect(await taken(400, 0.5)).toBe(50);
});

it('time that it has worked before anybody waited does not count', async () => {
  expect(await taken(3, 2000)).toBe(3);
});

it('without a clock, or with one that stands still, the time of waiting counts', async () => {
  expect(await taken(400, undefined)).toBe(400);
  expect(await taken(400, 0)).toBe(400);
});

it('forgets what the GPU has done meanwhile, and nothing else', async () => {
  const { load: made, taken: times } = load(0, 0);
  made.take(LOAD / 2);
  made.rests();
  made.take(LOAD / 4);
  await new Promise((done) => setImmediate(done));
  expect(times.times).toBe(1);
  expect(made.take((3 * LOAD) / 4)).toBeUndefined();
  expect(made.take(LOAD / 4)).toBeInstanceOf(Promise);
});

it('measures what is more than a sixteenth of a load', () => {
  const { load: made, measured } = load(0, 0);
  made.take(LOAD / 32);
  made.take(LOAD / 32);
  expect(measured()).toBe(0);
  made.take(LOAD / 32);
  expect(measured()).toBe(1);
});
