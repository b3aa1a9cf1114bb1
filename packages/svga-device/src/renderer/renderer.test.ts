import { commandNames } from '@cg/svga-protocol';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { HostileGuest } from '../../test/fuzz.js';
import { TestGuest } from '../../test/guest.js';
import { LateRenderer } from '../../test/late-renderer.js';
import { RecordingRenderer } from '../../test/recording-renderer.js';
import { describeRenderer, stateOf } from '../../test/renderer-contract.js';

const drawing = commandNames.filter((name) =>
  /COPY|CLEAR_.*VIEW|READBACK_(GB|SUB)|GENM|SCREENTARGET$/.test(name),
);
const ROUNDS = 30;
/** Limits that no life reaches: at a limit a device with a renderer differs in small things. */
const ample = { maxImageBytes: 2 ** 26, maxWorkBytes: 2 ** 28 };

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

describeRenderer(
  'a renderer that answers late',
  (seed) => new LateRenderer(seed),
  (renderers) => {
    const [taken, late] = [sum(renderers.map((each) => each.taken)), sum(renderers.map((each) => each.late))];
    process.stdout.write(`late renderer: ${JSON.stringify({ guests: renderers.length, taken, late })}\n`);
    // It must have had something to do.
    expect(taken).toBeGreaterThan(5 * renderers.length);
    expect(late).toBeGreaterThan(3 * renderers.length);
  },
);

describeRenderer(
  'a renderer that only notes its calls',
  () => new RecordingRenderer(),
  (renderers) => {
    const calls = new Set(renderers.flatMap((each) => each.calls));
    expect([...calls]).toEqual(expect.arrayContaining(['clear', 'copy', 'written all', 'written 0']));
    // It has never drawn, so nothing of it is needed.
    expect(calls.has('needed')).toBe(false);
  },
);

it(
  'hostile guests live on a device that takes time, and whose renderer is late, as on one without',
  () => {
    const counts = { guests: 0, taken: 0 };
    for (const seed of seeds(10)) {
      const renderer = new LateRenderer(seed);
      const [plain, slow] = [undefined, renderer].map(
        (one, completionDelay) =>
          new HostileGuest(seed, drawing, (options, pages) => {
            const guest = new TestGuest({ ...options, ...ample, completionDelay }, pages, one);
            guest.isPatient = true;
            return guest;
          }),
      );
      for (let round = 0; round < ROUNDS; round++) {
        plain.live();
        slow.live();
        expect(stateOf(slow.guest), `seed ${seed}, round ${round}`).toBe(stateOf(plain.guest));
      }
      counts.guests++;
      counts.taken += renderer.taken;
    }
    process.stdout.write(`late renderer, hostile: ${JSON.stringify(counts)}\n`);
  },
  seedsTimeout,
);
