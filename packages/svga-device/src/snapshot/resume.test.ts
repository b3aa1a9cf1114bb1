import { describe, expect, it } from 'vitest';
import { HostileGuest } from '../../test/fuzz.js';
import { decodeSnapshot } from './snapshot-format.js';

/** A hostile guest after a while, with objects of every kind. */
function original(seed: number): { one: HostileGuest; snapshot: Uint8Array } {
  const one = new HostileGuest(seed);
  for (let round = 0; round < seed % 9; round++) {
    one.live();
  }
  one.offer();
  return { one, snapshot: one.guest.device.snapshot() };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const isSame = (one: HostileGuest, two: HostileGuest): boolean =>
  same(one.guest.device.snapshot(), two.guest.device.snapshot()) && same(one.guest.memory, two.guest.memory);

describe('a device that goes on from a snapshot', () => {
  it('has objects of every kind in these tests', () => {
    const { objects } = decodeSnapshot(original(0).snapshot).state as {
      objects: Record<string, unknown[]> & { pointer: { image: unknown } };
    };
    const kinds = ['mobs', 'surfaces', 'contexts', 'dxContexts', 'shaders', 'screens', 'regions'];
    expect(kinds.map((kind) => objects[kind].length)).toEqual(kinds.map(() => 6));
    expect(objects.tables).not.toContainEqual({ backing: null });
    expect(objects.pointer.image).not.toBeNull();
  });

  it('does the same as the one it was taken of: images, FIFO, registers, guest memory, round by round', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { one, snapshot } = original(seed);
      const two = new HostileGuest(seed);
      two.resume(one, snapshot);
      expect(same(two.guest.device.snapshot(), snapshot)).toBe(true);
      one.reseed(1000 + seed);
      two.reseed(1000 + seed);
      for (let round = 0; round < 8; round++) {
        one.live();
        two.live();
        expect({ seed, round, same: isSame(one, two) }).toEqual({ seed, round, same: true });
      }
    }
  });

  it('forgets what a used device knew', () => {
    const { one, snapshot } = original(4);
    for (let round = 0; round < 5; round++) {
      one.live();
    }
    one.guest.device.restore(snapshot);
    expect(one.guest.device.snapshot()).toEqual(snapshot);
  });
});
