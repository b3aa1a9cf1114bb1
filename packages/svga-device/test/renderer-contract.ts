import { createHash } from 'node:crypto';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { DrawingGuest } from './drawing-guest.js';
import type { TestGuest, TestRenderer } from './guest.js';

const IDS = [0, 1, 2, 3, 4, 5];

function digest(bytes: Uint8Array | undefined): string | undefined {
  return bytes && createHash('sha1').update(bytes).digest('hex');
}

/** Everything that a guest can find out and its host can see, as text. */
export function stateOf(guest: TestGuest): string {
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

/**
 * The contract of a renderer: whatever it does itself and however late it answers, guest and host find what they find
 * on a device without it. An implementation that answers by promises needs a guest that awaits them.
 * @param make a new renderer for each seed
 * @param after looks at the renderers once all is compared
 */
export function describeRenderer<R extends TestRenderer>(
  name: string,
  make: (seed: number) => R,
  after: (renderers: readonly R[]) => void,
): void {
  describe(`the contract of renderers: ${name}`, () => {
    it(
      '8.1, 8.2: what it draws is what the device draws without it, also on a device that takes time',
      () => {
        const renderers: R[] = [];
        for (const seed of seeds(30)) {
          const renderer = make(seed);
          const draws = [seededDraw(seed), seededDraw(seed)];
          const guests = [new DrawingGuest(undefined, 0), new DrawingGuest(renderer, seed % 3)];
          for (let step = 0; step < 60; step += 10) {
            for (let i = 0; i < 10; i++) {
              guests.forEach((guest, each) => guest.step(draws[each]));
            }
            expect(stateOf(guests[1]), `seed ${seed}, before step ${step + 10}`).toBe(stateOf(guests[0]));
          }
          renderers.push(renderer);
        }
        after(renderers);
      },
      seedsTimeout,
    );
  });
}
