import { createHash } from 'node:crypto';
import { randomProgram } from '@cg/litmus';
import { describe, expect, it } from 'vitest';
import { recordProgram } from '../record/record-program.js';
import { packRecording, unpackRecording } from '../recording/recording-bytes.js';
import { readAddress, writeAddress } from '../page/address.js';
import { Player } from './player.js';

/** A digest of everything that is shown after so many events. */
function look(player: Player, events: number): string {
  player.moveTo(events);
  const { pages } = player;
  const hash = createHash('sha256').update(player.image(() => {}) ?? 'no picture');
  return hash
    .update(pages?.state ?? '')
    .update(pages?.counts ?? '')
    .digest('hex');
}

describe('a player', () => {
  it.each([1, 2, 3])(
    'seed %i: a step back leads where the step forwards came from, and a jump leads there, too',
    (seed) => {
      const { recording } = recordProgram(randomProgram(seed, { steps: 40 }));
      const player = new Player(recording);
      for (const { index } of player.surfaces.slice(0, 3)) {
        player.choose(index);
        const places = Array.from({ length: 9 }, (_, i) => Math.floor((recording.events.count * i) / 8));
        const forth = places.map((at) => look(player, at));
        const back = places.toReversed().map((at) => look(player, at));
        expect(back.toReversed()).toEqual(forth);
        expect(new Set(forth).size).toBeGreaterThan(1);
        const fresh = new Player(recording);
        fresh.choose(index);
        expect(look(fresh, places[5])).toEqual(forth[5]);
      }
    },
  );
});

describe('a packed recording', () => {
  it('is the same when unpacked', async () => {
    const { recording } = recordProgram(randomProgram(7, { steps: 30 }));
    expect(await unpackRecording(await packRecording(recording))).toEqual(recording);
  });

  it('EBADMSG: truncated, of another kind, or with events that lead out of it', async () => {
    const { recording } = recordProgram(randomProgram(7, { steps: 30 }));
    const packed = await packRecording(recording);
    const bad = expect.objectContaining({ code: 'EBADMSG' }) as unknown;
    await expect(unpackRecording(packed.slice(0, 50))).rejects.toEqual(bad);
    await expect(unpackRecording(Uint8Array.of(1, 2, 3))).rejects.toEqual(bad);
    const outside = {
      ...recording,
      events: { ...recording.events, surface: new Uint16Array(recording.events.count).fill(300) },
    };
    await expect(unpackRecording(await packRecording(outside))).rejects.toEqual(bad);
    const short = { ...recording, changedBytes: new Uint8Array(1) };
    await expect(unpackRecording(await packRecording(short))).rejects.toEqual(bad);
  });
});

describe('an address', () => {
  it('leads back to its place', () => {
    const address = { step: 12, event: 345, surface: 'a & b', pixel: { x: 10, y: 20 } };
    expect(readAddress(writeAddress(address))).toEqual(address);
    expect(readAddress('#step=x&pixel=1')).toEqual({});
  });
});

describe('a recorder', () => {
  it('stops recording at its limit, goes on counting, and says so', () => {
    const program = randomProgram(3, { steps: 60 });
    const whole = recordProgram(program).recording;
    const cut = recordProgram(program, { maxEvents: 50, maxPictureBytes: 64 }).recording;
    expect(cut.events.count).toBe(50);
    expect(cut.total).toEqual(whole.total);
    expect(cut.limits).toHaveLength(2);
    expect(cut.changedBytes.length).toBeLessThanOrEqual(64);
    const player = new Player(cut);
    player.moveToStep(player.steps.count - 1);
    expect(player.pages).toBeDefined();
  });
});
