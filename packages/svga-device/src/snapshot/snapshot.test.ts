import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, TestGuest } from '../../test/guest.js';
import {
  encodeCommand,
  SVGA3D_INVALID_ID,
  SVGA3D_MOBFMT,
  SVGA_FIFO,
  SVGA_OTABLE,
  SVGA_REG,
} from '../index.js';

const PAGE = 4096;

/** A guest that shows a surface on screen 0. */
function showing(options: { completionDelay?: number } = {}): TestGuest {
  const guest = new TestGuest({ vramBytes: PAGE, ...options }).start();
  const type = SVGA_OTABLE.SCREENTARGET;
  const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
  guest.device.advance(0);
  const baseAddress = guest.allocatePage();
  guest.run('SET_OTABLE_BASE64', { type, baseAddress, sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth });
  return guest;
}

const unbound = { sid: SVGA3D_INVALID_ID, face: 0, mipmap: 0 };

function drawn(): TestGuest {
  const guest = showing();
  guest.fillMob(guest.defineSurface({ format: 1, width: 4, height: 2 }, 32), noise(32));
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  guest.must('DEFINE_GB_SCREENTARGET', {
    stid: 0,
    width: 4,
    height: 2,
    xRoot: -3,
    yRoot: 0,
    flags: 1,
    dpi: 96,
  });
  guest.must('BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 });
  guest.must('UPDATE_GB_SCREENTARGET', { stid: 0, x: 1, y: 0, w: 2, h: 2 });
  return guest;
}

describe('a screen target', () => {
  it('shows what the last update took, as RGBA, and is black elsewhere', () => {
    const screen = drawn().device.screenTarget(0);
    expect(screen).toMatchObject({ width: 4, height: 2, xRoot: -3 });
    const bytes = noise(32);
    const expected = Array.from({ length: 8 }, (_, i) => {
      const inside = i % 4 === 1 || i % 4 === 2;
      return inside ? [bytes[4 * i + 2], bytes[4 * i + 1], bytes[4 * i], 255] : [0, 0, 0, 255];
    });
    expect([...(screen?.pixels ?? [])]).toEqual(expected.flat());
  });

  it.each<[string, (guest: TestGuest) => void]>([
    ['is unbound', (guest) => guest.must('BIND_GB_SCREENTARGET', { ...unbound, stid: 0 })],
    ['loses its surface', (guest) => guest.must('DESTROY_GB_SURFACE', { sid: 1 })],
  ])('that %s keeps showing it, and an update changes nothing and is no error', (_, take) => {
    const guest = drawn();
    const before = guest.device.screenTarget(0)?.pixels.slice();
    take(guest);
    expect(guest.device.screenTarget(0)?.pixels).toEqual(before);
    guest.must('UPDATE_GB_SCREENTARGET', { stid: 0, x: 0, y: 0, w: 1, h: 1 });
    expect(guest.device.screenTarget(0)?.pixels).toEqual(before);
  });
});

describe('a snapshot', () => {
  it('brings back images, screens, registers and objects, which go on working', () => {
    const guest = drawn();
    guest.writeRegister(SVGA_REG.WIDTH, 640);
    const snapshot = guest.device.snapshot();
    const screen = guest.device.screenTarget(0)?.pixels.slice();
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    expect(guest.device.image(1, 0)).toBeUndefined();
    guest.device.restore(snapshot);
    expect(guest.device.image(1, 0)).toEqual(noise(32));
    expect(guest.device.screenTarget(0)?.pixels).toEqual(screen);
    expect(guest.readRegister(SVGA_REG.WIDTH)).toBe(640);
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
  });

  it('keeps what waits', () => {
    const guest = showing({ completionDelay: 5 });
    guest.device.advance(10);
    guest.submit(encodeCommand('FENCE', { fence: 9 }));
    const snapshot = guest.device.snapshot();
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    guest.device.restore(snapshot);
    guest.device.advance(15);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(9);
  });

  it('that is damaged anywhere is taken or refused with EBADMSG, and the device still works', () => {
    const guest = drawn();
    const snapshot = guest.device.snapshot();
    const edits = fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(edits, fc.integer({ min: 0, max: 40 }), (changes, cut) => {
        const damaged = snapshot.slice(0, snapshot.length - cut);
        changes.forEach(([at, byte]) => (damaged[at] = byte));
        try {
          guest.device.restore(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: 'EBADMSG' });
        }
      }),
      { numRuns: 60 },
    );
    guest.device.restore(snapshot);
    expect(guest.device.image(1, 0)).toEqual(noise(32));
  });
});
