import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, plainSurface, TestGuest } from '../../test/guest.js';
import {
  encodeCommand,
  SVGA3D_INVALID_ID,
  SVGA3D_MOBFMT,
  SVGA_FIFO,
  SVGA_OTABLE,
  SVGA_REG,
} from '@cg/svga-protocol';

const PAGE = 4096;

/** A guest that shows a surface on screen 0. */
function showing(options: { completionDelay?: number } = {}): TestGuest {
  const guest = new TestGuest({ vramBytes: PAGE, fifoBytes: 4 * PAGE, ...options }).start();
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
});

describe('a snapshot that is damaged', () => {
  const guest = drawn();
  const snapshot = guest.device.snapshot();
  const view = new DataView(snapshot.buffer);
  const [jsonBytes, blobs] = [view.getUint32(8, true), view.getUint32(12, true)];
  const blobTable = 16 + jsonBytes;

  /** A device in another state, and that state. */
  function other(): { guest: TestGuest; before: Uint8Array } {
    const busy = showing({ completionDelay: 5 });
    busy.run('DEFINE_GB_SURFACE', { ...plainSurface, sid: 7, width: 2, height: 2 });
    busy.device.advance(50);
    busy.writeRegister(SVGA_REG.IRQMASK, 1);
    busy.writeRegister(SVGA_REG.GUEST_ID, 77);
    busy.submit(encodeCommand('FENCE', { fence: 9 }));
    busy.device.vram[5] = 5;
    busy.device.fifo[300] = 3;
    return { guest: busy, before: busy.device.snapshot() };
  }

  /** True if it is refused with EBADMSG and the device is as before; false if it restores a valid device. */
  function isRefused({ guest: { device }, before }: ReturnType<typeof other>, bytes: Uint8Array): boolean {
    try {
      device.restore(bytes);
    } catch (error) {
      expect(error).toMatchObject({ code: 'EBADMSG' });
      expect(Buffer.compare(device.snapshot(), before)).toBe(0);
      return true;
    }
    const after = device.snapshot();
    device.restore(after);
    expect(Buffer.compare(device.snapshot(), after)).toBe(0);
    device.restore(before);
    return false;
  }

  const edited = (edit: (copy: DataView) => void): Uint8Array => {
    const copy = snapshot.slice();
    edit(new DataView(copy.buffer));
    return copy;
  };

  it('by a wrong magic or version is refused, and the device goes on with what it did', () => {
    const busy = other();
    expect(
      isRefused(
        busy,
        edited((copy) => copy.setUint8(0, 0)),
      ),
    ).toBe(true);
    expect(
      isRefused(
        busy,
        edited((copy) => copy.setUint32(4, 99, true)),
      ),
    ).toBe(true);
    busy.guest.device.advance(100);
    expect(busy.guest.device.fifo[SVGA_FIFO.FENCE]).toBe(9);
  });

  it('by a cut at any length is refused, and so is one with a byte more', () => {
    const busy = other();
    for (
      let length = 0;
      length < snapshot.length;
      length += length < 40 || length > snapshot.length - 40 ? 1 : 7
    ) {
      expect([length, isRefused(busy, snapshot.subarray(0, length))]).toEqual([length, true]);
    }
    expect(isRefused(busy, Uint8Array.from([...snapshot, 0]))).toBe(true);
  });

  it('by a size that is not the true one is refused', () => {
    const busy = other();
    // Sizes and counts of the state, the blobs and their runs; a run at another place is valid.
    const words = [8, 12];
    for (let i = 0, at = blobTable; i < blobs; i++) {
      words.push(at, at + 4);
      for (let runs = view.getUint32(at + 4, true); runs > 0; runs--) {
        words.push(at + 4 + 8 * runs);
      }
      at += 8 + 8 * view.getUint32(at + 4, true);
    }
    for (const at of words) {
      for (const value of [
        view.getUint32(at, true) ^ 1,
        view.getUint32(at, true) + 4096,
        0x7fff_ffff,
        0xffff_ffff,
      ]) {
        expect([
          at,
          value,
          isRefused(
            busy,
            edited((copy) => copy.setUint32(at, value, true)),
          ),
        ]).toEqual([at, value, true]);
      }
    }
  });

  it('by state that no guest could have made is refused', () => {
    const busy = other();
    const json = Buffer.from(snapshot.subarray(16, blobTable)).toString();
    const edits: readonly (readonly [RegExp, string])[] = [
      [/"version":\d+|"id":\d+/, '"id":1'],
      [/"now":\d+/, '"now":null'],
      [/"width":4,/, '"width":0,'],
      [/"format":1,/, '"format":0,'],
      [/"mobId":1/, '"mobId":-1'],
      [/"sid":1,/, '"sid":1e9,'],
      [/"image":\d+/, '"image":99'],
      [/"queues":\[/, '"queues":[{},'],
      [/"tables":\[/, '"tables":[null,'],
      [/"due":\d+|"started":true/, '"started":1'],
      [/"waiting":\[\]/, `"waiting":[${Array.from({ length: 33 }, () => '{"address":0,"due":0}').join()}]`],
    ];
    for (const [what, instead] of edits) {
      const state = Buffer.from(json.replace(what, instead));
      expect([instead, state.toString() === json]).toEqual([instead, false]);
      const bytes = Uint8Array.from([...snapshot.subarray(0, 16), ...state, ...snapshot.subarray(blobTable)]);
      new DataView(bytes.buffer).setUint32(8, state.length, true);
      expect([instead, isRefused(busy, bytes)]).toEqual([instead, true]);
    }
  });

  it('by a subresource in no known state is refused', () => {
    const mixed = showing();
    mixed.defineSurface({ sid: 1, width: 4, height: 4, numMipLevels: 3 }, 84);
    mixed.must('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 1, x: 0, y: 0, z: 0, w: 2, h: 2, d: 1 });
    const pieces = mixed.device.snapshotPieces().map((piece) => piece.slice());
    const states = pieces.find(({ length }) => length === 3) as Uint8Array;
    expect([...states]).toEqual([1, 2, 1]);
    const busy = other();
    expect(isRefused(busy, Buffer.concat(pieces))).toBe(false);
    states[2] = 4;
    expect(isRefused(busy, Buffer.concat(pieces))).toBe(true);
  });

  it('by a flipped bit anywhere is refused, or makes a device that is sound', () => {
    const busy = other();
    let refused = 0;
    for (let at = 0; at < snapshot.length; at += at < blobTable + 200 ? 2 : 61) {
      refused += isRefused(
        busy,
        edited((copy) => copy.setUint8(at, copy.getUint8(at) ^ (1 << (at % 8)))),
      )
        ? 1
        : 0;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('by any edits is refused, or makes a device that is sound', () => {
    const busy = other();
    const edits = fc.array(fc.tuple(fc.nat(snapshot.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    let refused = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = edited((copy) => changes.forEach(([at, byte]) => copy.setUint8(at, byte)));
        refused += isRefused(busy, bytes) ? 1 : 0;
      }),
      { numRuns: 60 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('leaves the interrupt line alone, which a good one sets', () => {
    const { guest: busy } = other();
    busy.device.advance(100);
    const good = busy.device.snapshot();
    const lines = busy.interrupts.length;
    expect(() => busy.device.restore(good.subarray(0, 50))).toThrow(
      expect.objectContaining({ code: 'EBADMSG' }),
    );
    expect(busy.interrupts.length).toBe(lines);
  });

  it('by lying about the size of what is zeros takes no memory', () => {
    const busy = other();
    const huge = edited((copy) => {
      for (let i = 0, at = blobTable; i < blobs; i++) {
        copy.setUint32(at, 0xffff_ffff, true);
        at += 8 + 8 * copy.getUint32(at + 4, true);
      }
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(isRefused(busy, huge)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});

describe('the bytes of a snapshot', () => {
  it('are those of its pieces, of which the large ones are the device’s own memory', () => {
    const guest = drawn();
    const pieces = guest.device.snapshotPieces();
    expect(Buffer.compare(Buffer.concat(pieces), guest.device.snapshot())).toBe(0);
    const image = guest.device.image(1, 0);
    expect(pieces.some((piece) => piece.buffer === image?.buffer)).toBe(true);
  });

  it('leave out pages of zeros, and give back every byte', () => {
    const guest = new TestGuest({ vramBytes: 64 * PAGE });
    const empty = guest.device.snapshot().length;
    guest.device.vram.fill(1, 3 * PAGE + 7, 5 * PAGE + 1);
    guest.device.vram[64 * PAGE - 1] = 9;
    const bytes = guest.device.snapshot();
    expect(bytes.length - empty).toBeLessThan(5 * PAGE);
    const vram = guest.device.vram.slice();
    guest.device.vram.fill(0xee);
    guest.device.restore(bytes);
    expect(Buffer.compare(guest.device.vram, vram)).toBe(0);
  });
});
