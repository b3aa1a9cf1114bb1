import { createHash } from 'node:crypto';
import { commandNames } from '@cg/svga-protocol';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { DrawingGuest } from '../../test/drawing-guest.js';
import { HostileGuest } from '../../test/fuzz.js';
import { LateRenderer } from '../../test/late-renderer.js';
import { TestGuest } from '../../test/guest.js';

const drawing = commandNames.filter((name) =>
  /COPY|CLEAR_.*VIEW|READBACK_(GB|SUB)|GENM|SCREENTARGET$/.test(name),
);
const SURFACES = [0, 1, 2, 3, 4, 5];
const ROUNDS = 30;
/** Limits beyond any life: at its limits a device with a renderer differs in details from one without. */
const ample = { maxImageBytes: 2 ** 26, maxWorkBytes: 2 ** 28 };

function digest(bytes: Uint8Array | undefined): string | undefined {
  return bytes && createHash('sha1').update(bytes).digest('hex');
}

/** Everything observable by a guest and its host, as text. */
function stateOf(guest: TestGuest): string {
  return guest.look((device) =>
    JSON.stringify([
      digest(guest.memory),
      SURFACES.map((id) => digest(device.surfaceImage(id))),
      SURFACES.map((id) => digest(device.screenTarget(id)?.pixels)),
      device.statistics.perCommand,
      device.statistics.bytesCopied,
      guest.interrupts.length,
    ]),
  );
}

it(
  'what a renderer draws that answers late, on a device that takes time, is what the device draws without it',
  () => {
    const sum = { guests: 0, taken: 0, late: 0 };
    for (const seed of seeds(60)) {
      const renderer = new LateRenderer(seed);
      const draws = [seededDraw(seed), seededDraw(seed)];
      const guests = [new DrawingGuest(undefined, 0), new DrawingGuest(renderer, seed % 3)];
      for (let step = 0; step < 60; step++) {
        guests.forEach((guest, i) => guest.step(draws[i]));
        if (step % 10 === 9) {
          expect(stateOf(guests[1]), `seed ${seed}, step ${step}`).toBe(stateOf(guests[0]));
        }
      }
      sum.guests++;
      sum.taken += renderer.taken;
      sum.late += renderer.late;
    }
    process.stdout.write(`late renderer: ${JSON.stringify(sum)}\n`);
    // It must have had something to do.
    expect(sum.taken).toBeGreaterThan(5 * sum.guests);
    expect(sum.late).toBeGreaterThan(3 * sum.guests);
  },
  seedsTimeout,
);

it(
  'hostile guests live on a device that takes time, and whose renderer is late, as on one without',
  () => {
    const sum = { guests: 0, taken: 0, late: 0 };
    for (const seed of seeds(20)) {
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
      sum.guests++;
      sum.taken += renderer.taken;
      sum.late += renderer.late;
    }
    process.stdout.write(`late renderer, hostile: ${JSON.stringify(sum)}\n`);
  },
  seedsTimeout,
);
