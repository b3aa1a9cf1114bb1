import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';

const BYTES = 4 * 64;
const READBACK = 1;
const UPDATE = 2;
const image = (guest: TestGuest, sid = 1): number[] => [...(guest.device.image(sid, 0) ?? [])];
const bytes = (seed: number): number[] => [...noise(BYTES, seed)];

/**
 * A surface of 8 × 8 whose image is noise 1, taken from its MOB or drawn; MOB 1, to which it is bound, holds noise 2,
 * and MOB 2 noise 3.
 */
function twoMobs(image: 'drawn' | 'taken' = 'taken'): {
  guest: TestGuest;
  first: number[];
  second: number[];
} {
  const guest = new TestGuest().start();
  const first = guest.defineSurface({ width: 8, height: 8 }, BYTES);
  const second = guest.defineMob(2, BYTES);
  guest.fillMob(first, noise(BYTES, 1));
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  if (image === 'drawn') {
    guest.draw(1, noise(BYTES, 1));
  }
  guest.fillMob(first, noise(BYTES, 2));
  guest.fillMob(second, noise(BYTES, 3));
  return { guest, first, second };
}

describe('a surface that is bound to another MOB', () => {
  it('keeps its image, and an update takes its box from there only', () => {
    const { guest } = twoMobs();
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 2 });
    expect(image(guest)).toEqual(bytes(1));
    guest.must('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, x: 0, y: 1, z: 0, w: 8, h: 1, d: 1 });
    expect(image(guest)).toEqual([
      ...bytes(1).slice(0, 32),
      ...bytes(3).slice(32, 64),
      ...bytes(1).slice(64),
    ]);
  });

  it('is read back there, and the MOB it was in stays as it is', () => {
    const { guest, first, second } = twoMobs('drawn');
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 2 });
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(2));
    expect([...guest.readMob(second, BYTES)]).toEqual(bytes(1));
  });

  it('shares it with others: each has an image of its own', () => {
    const { guest, second } = twoMobs('drawn');
    guest.defineSurface({ sid: 3, width: 8, height: 8 }, BYTES);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 2 });
    guest.must('BIND_GB_SURFACE', { sid: 3, mobid: 2 });
    guest.must('UPDATE_GB_SURFACE', { sid: 3 });
    expect([image(guest, 1), image(guest, 3)]).toEqual([bytes(1), bytes(3)]);
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect([...guest.readMob(second, BYTES)]).toEqual(bytes(1));
    expect(image(guest, 3)).toEqual(bytes(3));
  });
});

describe('a surface without its MOB', () => {
  it.each<[string, 'drawn' | 'taken', (guest: TestGuest) => void]>([
    ['unbound', 'drawn', (guest) => guest.must('BIND_GB_SURFACE', { sid: 1, mobid: SVGA3D_INVALID_ID })],
    ['destroyed', 'taken', (guest) => guest.must('DESTROY_GB_MOB', { mobid: 1 })],
  ])('%s: moves nothing, and keeps an image that is %s until it has one again', (_, image1, take) => {
    const { guest, first } = twoMobs(image1);
    take(guest);
    expect(guest.run('UPDATE_GB_SURFACE', { sid: 1 })).toEqual({ status: 3, errorOffset: 0 });
    expect(guest.device.lastError).toMatchObject({ code: 'ENOENT' });
    expect(guest.run('READBACK_GB_SURFACE', { sid: 1 }).status).toBe(3);
    expect(image(guest)).toEqual(bytes(1));
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(2));
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 2 });
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(image(guest)).toEqual(bytes(3));
  });

  it('is bound by id: a new MOB of the same id, or a redefined one, is where it moves from then on', () => {
    const { guest } = twoMobs();
    guest.must('DESTROY_GB_MOB', { mobid: 1 });
    guest.fillMob(guest.defineMob(1, BYTES), noise(BYTES, 4));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(image(guest)).toEqual(bytes(4));
    const base = guest.allocatePage();
    guest.fillMob([base], noise(BYTES, 5));
    guest.must('REDEFINE_GB_MOB64', { mobid: 1, ptDepth: 0, base, sizeInBytes: BYTES });
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(image(guest)).toEqual(bytes(5));
  });
});

describe('COND_BIND_GB_SURFACE', () => {
  const bind = { sid: 1, testMobid: 1, mobid: 2 };

  it('does nothing where the surface is bound to another MOB than it tests for', () => {
    const { guest, first } = twoMobs();
    guest.must('COND_BIND_GB_SURFACE', { ...bind, testMobid: 2, flags: READBACK | UPDATE });
    expect(image(guest)).toEqual(bytes(1));
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(2));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(image(guest)).toEqual(bytes(2));
  });

  it.each([
    ['no flags: neither MOB nor image changes', 0, 1, 2],
    ['READBACK: the MOB it leaves gets the image', READBACK, 1, 1],
    ['UPDATE: the image comes from the MOB it leaves', UPDATE, 2, 2],
    ['both: in this order', READBACK | UPDATE, 1, 1],
  ])('9.4: %s', (_, flags, imageAfter, firstAfter) => {
    const { guest, first, second } = twoMobs('drawn');
    guest.must('COND_BIND_GB_SURFACE', { ...bind, flags });
    expect(image(guest)).toEqual(bytes(imageAfter));
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(firstAfter));
    expect([...guest.readMob(second, BYTES)]).toEqual(bytes(3));
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
    expect(image(guest)).toEqual(bytes(3));
  });

  it.each([
    ['the MOB that it is bound to already: nothing is moved', { mobid: 1 }, undefined],
    ['a MOB that is not there: nothing is moved', { mobid: 3 }, 'ENOENT'],
  ])('9.4: %s', (_, to, code) => {
    const { guest, first } = twoMobs('drawn');
    guest.run('COND_BIND_GB_SURFACE', { ...bind, ...to, flags: READBACK | UPDATE });
    expect((guest.device.lastError as { code?: string } | undefined)?.code).toBe(code);
    expect(image(guest)).toEqual(bytes(1));
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(2));
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(1));
  });

  it('9.4: to no MOB, a read-back leaves nothing to keep', () => {
    const { guest, first } = twoMobs('drawn');
    guest.must('COND_BIND_GB_SURFACE', { ...bind, mobid: SVGA3D_INVALID_ID, flags: READBACK });
    expect([...guest.readMob(first, BYTES)]).toEqual(bytes(1));
    expect(image(guest)).toEqual([...new Uint8Array(BYTES)]);
    const again = { ...bind, testMobid: SVGA3D_INVALID_ID, flags: READBACK | UPDATE };
    guest.must('COND_BIND_GB_SURFACE', again);
    expect(image(guest)).toEqual(bytes(3));
  });
});
