import { describe, expect, it } from 'vitest';
import { BYTES, bound, firstRow, imageOf, read, whole, ZEROS } from '../../test/bound-surface.js';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { noise, TestGuest } from '../../test/guest.js';
import { SVGA3D_INVALID_ID, SVGA3D_MOBFMT, SVGA_GMR, SVGA_OTABLE } from '@cg/svga-protocol';

function spliced(bytes: Uint8Array, part: Uint8Array, at: number): Uint8Array {
  const all = bytes.slice();
  all.set(part, at);
  return all;
}

describe('a surface that was just bound', () => {
  it('9.1, 9.2: has what its MOB holds at the first use', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    expect(Buffer.compare(read(guest), noise(BYTES, 1))).toBe(0);
    guest.fillMob(pages, noise(BYTES, 2));
    expect(Buffer.compare(read(guest), noise(BYTES, 1))).toBe(0);
  });

  it('9.1: has nothing after an invalidation', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('INVALIDATE_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    expect(Buffer.compare(read(guest), noise(BYTES, 1))).toBe(0);
  });

  it('9.1: bound to another MOB it keeps what it has taken, and takes from there what it has not', () => {
    const guest = new TestGuest().start();
    const pages = guest.defineSurface({ sid: 1, numMipLevels: 2 }, BYTES + BYTES / 4);
    const other = guest.defineMob(3, BYTES + BYTES / 4);
    guest.fillMob(pages, noise(BYTES * 2, 1).subarray(0, BYTES + BYTES / 4));
    guest.fillMob(other, noise(BYTES * 2, 2).subarray(0, BYTES + BYTES / 4));
    guest.defineEmpty({ sid: 2 }, BYTES);
    const copy = { ...whole, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcSid: 1, srcFace: 0, srcMipmap: 0, destSid: 2, destFace: 0, destMipmap: 0 };
    guest.must('SURFACE_COPY', { ...images, boxes: [copy] });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 3 });
    expect(Buffer.compare(imageOf(guest, 1).subarray(0, BYTES), noise(BYTES * 2, 1).subarray(0, BYTES))).toBe(
      0,
    );
    expect(
      Buffer.compare(
        imageOf(guest, 1).subarray(BYTES),
        noise(BYTES * 2, 2).subarray(BYTES, BYTES + BYTES / 4),
      ),
    ).toBe(0);
  });

  it('9.2: an update of one page brings the rest too', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, ...whole, y: 16, h: 16 });
    guest.fillMob(pages, noise(BYTES, 2));
    expect(Buffer.compare(read(guest), noise(BYTES, 1))).toBe(0);
  });

  it('9.3: is read back without a byte of its MOB changing', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    guest.must('READBACK_GB_IMAGE', { sid: 1, face: 0, mipmap: 0 });
    guest.must('READBACK_GB_IMAGE_PARTIAL', { sid: 1, face: 0, mipmap: 0, ...firstRow, invertBox: 1 });
    expect(Buffer.compare(guest.readMob(pages, BYTES), noise(BYTES, 1))).toBe(0);
    read(guest);
    guest.fillMob(pages, noise(BYTES, 2));
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(guest.readMob(pages, BYTES), noise(BYTES, 2))).toBe(0);
    expect(guest.device.statistics.bytesReadBack).toBe(0);
  });

  it('9.1: has zeros after a *_ZERO_SURFACE; a read-back writes those that the device wrote', () => {
    for (const [name, after] of [
      ['WRITE_ZERO_SURFACE', ZEROS],
      ['UPDATE_ZERO_SURFACE', noise(BYTES, 1)],
    ] as const) {
      const { guest, pages } = bound(new TestGuest().start());
      guest.fillMob(pages, noise(BYTES, 1));
      guest.must(name, { sid: 1 });
      expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
      guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
      expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
      guest.must('READBACK_GB_SURFACE', { sid: 1 });
      expect(Buffer.compare(guest.readMob(pages, BYTES), after)).toBe(0);
    }
  });

  it('9.1: keeps only what is newer when it is unbound', () => {
    const { guest, pages } = bound(new TestGuest().start());
    const unbound = { sid: 1, mobid: SVGA3D_INVALID_ID };
    guest.fillMob(pages, noise(BYTES, 1));
    read(guest);
    guest.must('BIND_GB_SURFACE', unbound);
    expect(Buffer.compare(read(guest), ZEROS)).toBe(0);
    guest.draw(1, noise(BYTES, 2));
    guest.must('BIND_GB_SURFACE', unbound);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(guest.readMob(pages, BYTES), noise(BYTES, 2))).toBe(0);
    guest.must('BIND_GB_SURFACE', unbound);
    guest.fillMob(pages, noise(BYTES, 3));
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    expect(Buffer.compare(read(guest), noise(BYTES, 3))).toBe(0);
  });

  it('9.1: WITH_PITCH is a binding as well', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.must('INVALIDATE_GB_SURFACE', { sid: 1 });
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('BIND_GB_SURFACE_WITH_PITCH', { sid: 1, mobid: 1, baseLevelPitch: 256 });
    expect(Buffer.compare(read(guest), noise(BYTES, 1))).toBe(0);
  });

  it('9.2: an invalidated box is lost, the rest of its image is not', () => {
    const { guest, pages } = bound(new TestGuest().start());
    guest.fillMob(pages, noise(BYTES, 1));
    guest.must('INVALIDATE_GB_IMAGE_PARTIAL', { sid: 1, face: 0, mipmap: 0, ...firstRow, invertBox: 0 });
    expect(Buffer.compare(read(guest), spliced(noise(BYTES, 1), new Uint8Array(256), 0))).toBe(0);
  });
});

/** Commands that write surface 1: what is left of its pending content, and what the command writes. */
const writers: readonly {
  readonly name: string;
  readonly write: (guest: DxGuest) => void;
  /** Bytes that are as the MOB had them. */
  readonly keeps: number;
}[] = [
  {
    name: 'a copy to the first row',
    write: (guest) => {
      const images = { srcSid: 2, srcFace: 0, srcMipmap: 0, destSid: 1, destFace: 0, destMipmap: 0 };
      guest.must('SURFACE_COPY', { ...images, boxes: [{ ...firstRow, srcx: 0, srcy: 0, srcz: 0 }] });
    },
    keeps: BYTES - 256,
  },
  {
    name: 'a copy of the whole',
    write: (guest) => guest.must('WHOLE_SURFACE_COPY', { srcSid: 2, destSid: 1 }),
    keeps: 0,
  },
  {
    name: 'a copy within it',
    write: (guest) => {
      const box = { ...firstRow, srcx: 0, srcy: 0, srcz: 0 };
      guest.must('INTRA_SURFACE_COPY', { sid: 1, face: 0, mipmap: 0, ...box });
    },
    keeps: BYTES,
  },
  {
    name: 'a stretch to the first row',
    write: (guest) => {
      const from = { srcSid: 2, srcFace: 0, srcMipmap: 0, boxSrcX: 0, boxSrcY: 0, boxSrcZ: 0 };
      const to = { destSid: 1, destFace: 0, destMipmap: 0, boxDestX: 0, boxDestY: 0, boxDestZ: 0 };
      const sizes = { boxSrcW: 32, boxSrcH: 1, boxSrcD: 1, boxDestW: 64, boxDestH: 1, boxDestD: 1 };
      guest.must('SURFACE_STRETCHBLT', { ...from, ...to, ...sizes, mode: 0 });
    },
    keeps: BYTES - 256,
  },
  {
    name: 'DMA to the first row',
    write: (guest) => dmaFirstRow(guest, 0),
    keeps: BYTES - 256,
  },
  {
    name: 'DMA that discards',
    write: (guest) => dmaFirstRow(guest, 1),
    keeps: 0,
  },
  {
    name: 'a clear by a render target view',
    write: (guest) => {
      const view = { renderTargetViewId: 0, sid: 1, format: 2, ...plainView };
      guest.must('DX_DEFINE_RENDERTARGET_VIEW', view);
      guest.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 0, r: 0, g: 0, b: 0, a: 0 });
    },
    keeps: 0,
  },
  {
    name: 'rows from a buffer',
    write: (guest) => {
      guest.defineEmpty({ sid: 3, format: 37, width: 256, height: 1 }, 256);
      const box = { destBoxX: 0, destBoxY: 0, destBoxZ: 0, destBoxW: 64, destBoxH: 1, destBoxD: 1 };
      const from = { srcSid: 3, srcOffset: 0, srcPitch: 256, srcSlicePitch: 256 };
      guest.must('DX_TRANSFER_FROM_BUFFER', { ...from, destSid: 1, destSubResource: 0, ...box });
    },
    keeps: BYTES - 256,
  },
];

function dmaFirstRow(guest: DxGuest, flags: number): void {
  guest.must('SURFACE_DMA', {
    guestGmrId: SVGA_GMR.FRAMEBUFFER,
    guestOffset: 0,
    guestPitch: 256,
    hostSid: 1,
    hostFace: 0,
    hostMipmap: 0,
    transfer: 1,
    boxes: [{ ...firstRow, srcx: 0, srcy: 0, srcz: 0 }],
    suffix: [{ suffixSize: 12, maximumOffset: 256, flags }],
  });
}

describe('9.2: a command that writes a surface with pending content', () => {
  it.each(writers)('$name', ({ write, keeps }) => {
    const { guest, pages } = bound(new DxGuest({ dx: true }).withTables());
    const before = noise(BYTES, 1);
    guest.fillMob(pages, before);
    const loaded = guest.device.statistics.bytesUploaded;
    write(guest);
    // Everything that is written here is zeros.
    const after = spliced(ZEROS, before.subarray(BYTES - keeps), BYTES - keeps);
    guest.fillMob(pages, noise(BYTES, 2));
    expect(Buffer.compare(imageOf(guest, 1), after)).toBe(0);
    const moved = guest.device.statistics.bytesUploaded - loaded;
    expect(moved >= BYTES).toBe(keeps > 0);
    // It is newer than the MOB now, whatever was written.
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect(Buffer.compare(guest.readMob(pages, BYTES), after)).toBe(0);
  });

  it('a clear of one channel keeps the other', () => {
    const guest = new DxGuest({ dx: true }).withTables();
    const pages = guest.defineSurface({ format: 80, width: 4, height: 4 }, 64);
    guest.fillMob(pages, noise(64));
    const view = { depthStencilViewId: 1, sid: 1, format: 80, ...plainView, flags: 0 };
    guest.must('DX_DEFINE_DEPTHSTENCIL_VIEW', view);
    guest.must('DX_CLEAR_DEPTHSTENCIL_VIEW', { depthStencilViewId: 1, flags: 4, stencil: 0x5a, depth: 0 });
    expect(
      Buffer.compare(
        imageOf(guest, 1),
        noise(64).map((byte, i) => (i % 4 === 3 ? 0x5a : byte)),
      ),
    ).toBe(0);
  });

  it('mips are made of what the level above has pending, each whole', () => {
    const guest = new TestGuest().start();
    const pages = guest.defineSurface({ width: 2, height: 2, numMipLevels: 2 }, 20);
    guest.fillMob(pages, Uint8Array.of(0, 0, 0, 0, 100, 0, 0, 0, 0, 40, 0, 0, 100, 40, 8, 255, 9, 9, 9, 9));
    guest.must('GENERATE_MIPMAPS', { sid: 1, filter: 2 });
    expect([...imageOf(guest, 1).subarray(16)]).toEqual([50, 20, 2, 64]);
    guest.must('READBACK_GB_SURFACE', { sid: 1 });
    expect(guest.device.statistics.bytesReadBack).toBe(4);
  });

  it('a slice of a volume keeps the others, all slices need none of them', () => {
    for (const arraySize of [1, 2]) {
      const guest = new DxGuest({ dx: true }).withTables();
      const pages = guest.defineSurface({ width: 2, height: 2, depth: 2 }, 32);
      guest.fillMob(pages, noise(32));
      const view = { sid: 1, format: 2, resourceDimension: 4, mipSlice: 0, firstArraySlice: 0, arraySize };
      guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, ...view });
      guest.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 0, r: 0, g: 0, b: 0, a: 0 });
      expect(Buffer.compare(imageOf(guest, 1), spliced(noise(32), new Uint8Array(16 * arraySize), 0))).toBe(
        0,
      );
      expect(guest.device.statistics.bytesUploaded).toBe(arraySize === 1 ? 32 : 0);
    }
  });
});

describe('9.2: a command that reads a surface with pending content', () => {
  it('a screen shows it', () => {
    const { guest, pages } = bound(new TestGuest().start());
    const type = SVGA_OTABLE.SCREENTARGET;
    const table = { type, baseAddress: guest.allocatePage(), sizeInBytes: 4096, validSizeInBytes: 0 };
    guest.must('SET_OTABLE_BASE64', { ...table, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0 });
    const size = { width: 64, height: 64, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 };
    guest.must('DEFINE_GB_SCREENTARGET', { stid: 0, ...size });
    guest.must('BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 });
    guest.fillMob(pages, noise(BYTES));
    guest.must('UPDATE_GB_SCREENTARGET', { stid: 0, x: 0, y: 0, w: 64, h: 64 });
    const [blue, green, red] = noise(BYTES);
    expect([...(guest.device.screenTarget(0)?.pixels.subarray(0, 4) ?? [])]).toEqual([red, green, blue, 255]);
  });

  it('DMA takes it to the guest, a resolve takes every sample, a buffer copy and a view its buffer', () => {
    const { guest, pages } = bound(new DxGuest({ dx: true, sm41: true }).withTables());
    guest.fillMob(pages, noise(BYTES));
    const to = { guestGmrId: SVGA_GMR.FRAMEBUFFER, guestOffset: 0, guestPitch: 256 };
    const from = { hostSid: 1, hostFace: 0, hostMipmap: 0, transfer: 2 };
    guest.must('SURFACE_DMA', {
      ...to,
      ...from,
      boxes: [{ ...whole, srcx: 0, srcy: 0, srcz: 0 }],
      suffix: [],
    });
    expect(Buffer.compare(guest.device.vram.slice(0, BYTES), noise(BYTES))).toBe(0);

    const samples = guest.defineSurface({ sid: 3, width: 1, height: 1, multisampleCount: 2 }, 8);
    guest.fillMob(samples, Uint8Array.of(0, 100, 7, 255, 100, 200, 7, 255));
    guest.defineEmpty({ sid: 4, width: 1, height: 1 }, 4);
    const resolved = { dstSid: 4, dstSubResource: 0, srcSid: 3, srcSubResource: 0, copyFormat: 2 };
    guest.must('DX_RESOLVE_COPY', resolved);
    expect([...imageOf(guest, 4)]).toEqual([50, 150, 7, 255]);

    const buffer = { format: 37, width: 64, height: 1 };
    guest.fillMob(guest.defineSurface({ sid: 5, ...buffer }, 64), noise(64, 5));
    guest.fillMob(guest.defineSurface({ sid: 6, ...buffer }, 64), noise(64, 6));
    guest.must('DX_BUFFER_COPY', { dest: 6, src: 5, destX: 8, srcX: 0, width: 16 });
    expect(Buffer.compare(imageOf(guest, 6), spliced(noise(64, 6), noise(64, 5).subarray(0, 16), 8))).toBe(0);
    const view = { sid: 5, format: 2, resourceDimension: 1, mipSlice: 1, firstArraySlice: 1, arraySize: 0 };
    guest.must('DX_DEFINE_UA_VIEW', { uaViewId: 0, ...view });
    guest.must('DX_CLEAR_UA_VIEW_UINT', { uaViewId: 0, valueR: 0, valueG: 0, valueB: 0, valueA: 0 });
    expect(Buffer.compare(imageOf(guest, 5), spliced(noise(64, 5), new Uint8Array(4), 4))).toBe(0);
  });
});
