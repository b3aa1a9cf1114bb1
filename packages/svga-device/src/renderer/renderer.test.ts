import { createHash } from 'node:crypto';
import { commandNames } from '@cg/svga-protocol';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { LateDraws, LateRenderer, rendererContract } from '../renderer-contract.js';
import type { TestRenderer } from '../renderer-contract.js';
import { HostileGuest } from '../../test/fuzz.js';
import { TestGuest } from '../../test/guest.js';
import { RecordingRenderer } from '../../test/recording-renderer.js';

const IDS = [0, 1, 2, 3, 4, 5];
const drawing = commandNames.filter((name) =>
  /COPY|CLEAR_.*VIEW|READBACK_(GB|SUB)|GENM|SCREENTARGET$/.test(name),
);
const ROUNDS = 30;
/** Limits that no life reaches: at a limit a device with a renderer differs in small things. */
const ample = { maxImageBytes: 2 ** 26, maxWorkBytes: 2 ** 28 };

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Runs the contract with some seeds. @param after looks at the renderers that it was run with */
function itKeeps<R extends TestRenderer>(
  name: string,
  make: (seed: number) => R,
  draws: boolean,
  after: (renderers: readonly R[]) => void,
): void {
  describe(`the contract of renderers: ${name}`, () => {
    for (const each of rendererContract.filter((one) => draws || !one.draws)) {
      it(
        each.name,
        async () => {
          const renderers: R[] = [];
          for (const seed of seeds(8)) {
            await each.run(() => {
              renderers.push(make(seed));
              return renderers[renderers.length - 1];
            }, seed);
          }
          expect(renderers.length).toBeGreaterThan(0);
          after(renderers);
        },
        seedsTimeout,
      );
    }
  });
}

itKeeps(
  'one that answers late',
  (seed) => new LateRenderer(seed),
  false,
  (renderers) => {
    const [taken, late] = [sum(renderers.map((each) => each.taken)), sum(renderers.map((each) => each.late))];
    const shown = sum(renderers.map(({ screens }) => screens.taken));
    const freed = sum(renderers.map((each) => each.freed));
    const joined = sum(renderers.map((each) => each.joined));
    process.stdout.write(
      `late renderer: ${JSON.stringify({ guests: renderers.length, taken, late, shown, freed, joined })}\n`,
    );
    // It must have had something to do.
    expect(taken).toBeGreaterThan(5 * renderers.length);
    expect(shown).toBeGreaterThan(renderers.length / 2);
    expect(late).toBeGreaterThan(3 * renderers.length);
    expect(freed).toBeGreaterThan(renderers.length);
    expect(joined).toBeGreaterThan(renderers.length / 2);
  },
);

itKeeps(
  'one that draws, and answers late',
  (seed) => new LateDraws(seed),
  true,
  (renderers) => {
    const [draws, late] = [sum(renderers.map((each) => each.draws)), sum(renderers.map((each) => each.late))];
    process.stdout.write(`late draws: ${JSON.stringify({ guests: renderers.length, draws, late })}\n`);
    expect(late).toBeGreaterThan(3 * renderers.length);
  },
);

itKeeps(
  'one that answers by promises',
  (seed) => new LateDraws(seed, (come) => setTimeout(come, 0)),
  true,
  (renderers) => expect(sum(renderers.map((each) => each.late))).toBeGreaterThan(3 * renderers.length),
);

itKeeps(
  'one that only notes its calls',
  () => new RecordingRenderer(),
  false,
  (renderers) => {
    const calls = new Set(renderers.flatMap((each) => each.calls));
    expect([...calls]).toEqual(expect.arrayContaining(['clear', 'copy', 'written all', 'written 0']));
    // It has never drawn, so nothing of it is needed.
    expect(calls.has('needed')).toBe(false);
  },
);

/** Everything that a guest can find out and its host can see, as text. */
function stateOf(guest: TestGuest): string {
  const digest = (bytes: Uint8Array | Uint8ClampedArray | undefined) =>
    bytes && createHash('sha1').update(bytes).digest('hex');
  return guest.look((device) =>
    JSON.stringify([
      digest(guest.memory),
      IDS.map((id) => digest(device.surfaceImage(id))),
      IDS.map((id) => digest(device.screenTarget(id)?.pixels)),
      device.statistics.perCommand,
      device.statistics.bytesCopied,
      guest.interrupts.length,
    ]),
  );
}

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
