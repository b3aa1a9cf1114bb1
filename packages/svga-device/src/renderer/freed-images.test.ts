import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_MOBFMT, SVGA3D_SURFACE } from '@cg/svga-protocol';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { noise, plainSurface } from '../../test/guest.js';
import { HoldingRenderer } from '../../test/holding-renderer.js';
import type { ClearValue, RenderSurface, RenderView } from '../index.js';
import { ImageMemory } from '../objects/image-memory.js';
import { CONTENT } from '../objects/surface-content.js';
import { Surface, surfaceDefinition } from '../objects/surface.js';

const SIDE = 4;
const ROW = 4 * SIDE;
const BYTES = ROW * SIDE;
const ID = 1;
const BUFFER = 2;
const PAGE = 4096;
const red = { renderTargetViewId: 1, r: 1, g: 0, b: 0, a: 1 };
const redRow = Array.from({ length: SIDE }, () => [0, 0, 255, 255]).flat();
const image = { sid: ID, face: 0, mipmap: 0 };
const plainBox = { x: 0, y: 0, z: 0, w: SIDE, h: SIDE, d: 1 };
const plainLayout = { format: 2, width: SIDE, height: SIDE, depth: 1, mipLevels: 1, layers: 1, samples: 1 };

/** A renderer that shows the surface that it has cleared last. */
class WatchedRenderer extends HoldingRenderer {
  cleared: RenderSurface | undefined;

  override clear(view: RenderView, value: ClearValue): boolean {
    this.cleared = view.surface;
    return super.clear(view, value);
  }
}

/** A guest with a surface that the renderer has cleared to red. */
function cleared(mipLevels = 1) {
  const renderer = new WatchedRenderer();
  const guest = new DxGuest({ dx: true }, 256, renderer).withTables();
  const fields = { sid: ID, width: SIDE, height: SIDE, numMipLevels: mipLevels };
  const pages = guest.defineSurface(fields, 2 * BYTES);
  guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 1, sid: ID, format: 2, ...plainView });
  guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
  return { guest, renderer, pages, surface: renderer.cleared! };
}

/** The same whose content is that of its MOB, and freed. */
function loaded(mipLevels = 1) {
  const all = cleared(mipLevels);
  all.guest.fillMob(all.pages, noise(2 * BYTES, 1));
  all.guest.must('UPDATE_GB_SURFACE', { sid: ID });
  expect(all.renderer.hold(all.surface)).toBe(true);
  return all;
}

type Guest = ReturnType<typeof cleared>['guest'];

/** What a command reads of the surface: it is copied to a buffer. */
function read(guest: Guest): number[] {
  if (guest.device.surfaceImage(BUFFER) === undefined) {
    guest.defineSurface({ sid: BUFFER, format: formatByName('BUFFER')!.id, width: BYTES, height: 1 }, BYTES);
  }
  guest.must('DX_TRANSFER_TO_BUFFER', {
    srcSid: ID,
    srcSubResource: 0,
    srcBoxX: 0,
    srcBoxY: 0,
    srcBoxZ: 0,
    srcBoxW: SIDE,
    srcBoxH: SIDE,
    srcBoxD: 1,
    destSid: BUFFER,
    destOffset: 0,
    destPitch: ROW,
    destSlicePitch: BYTES,
    flags: 0,
  });
  return [...guest.device.surfaceImage(BUFFER)!.subarray(0, BYTES)];
}

const all = [...noise(2 * BYTES, 1).subarray(0, BYTES)];

/** A MOB of pages of which all but the first become unreadable. */
function fragileMob(guest: DxGuest, mobid: number, pages: number) {
  const list = guest.allocatePage();
  const entries = new DataView(guest.memory.buffer, list * PAGE);
  const mapped = Array.from({ length: pages }, () => guest.allocatePage());
  mapped.forEach((page, i) => entries.setUint32(4 * i, page, true));
  const size = { base: list, sizeInBytes: pages * PAGE };
  guest.must('DEFINE_GB_MOB64', { mobid, ptDepth: SVGA3D_MOBFMT.PTDEPTH_1, ...size });
  return {
    pages: mapped,
    breakPages: () => mapped.forEach((_, i) => i > 0 && entries.setUint32(4 * i, ~0, true)),
  };
}

describe('bytes that the device has freed', () => {
  it('are there again when they are read: drawn ones newer than the MOB, others in sync with it', () => {
    const { guest, renderer, pages, surface } = cleared();
    expect([renderer.hold(surface), surface.ownImage]).toEqual([true, undefined]);
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
    expect([surface.ownImage, renderer.readBacks]).toEqual([undefined, 0]);
    guest.must('READBACK_GB_SURFACE', { sid: ID });
    expect([...guest.readMob(pages, ROW)]).toEqual(redRow);
    expect([surface.ownImage?.length, renderer.readBacks]).toEqual([BYTES, 1]);

    expect(renderer.hold(surface)).toBe(true); // in sync with the MOB by now
    guest.fillMob(pages, noise(BYTES, 2));
    guest.must('READBACK_GB_SURFACE', { sid: ID });
    expect([guest.readMob(pages, BYTES), renderer.readBacks]).toEqual([noise(BYTES, 2), 1]);
    expect([read(guest).slice(0, ROW), renderer.readBacks]).toEqual([redRow, 2]);
  });

  it('are those of an upload, which the renderer has not changed', () => {
    const { guest, renderer, pages, surface } = loaded();
    expect([surface.ownImage, read(guest), renderer.readBacks]).toEqual([undefined, all, 1]);
    guest.fillMob(pages, noise(BYTES, 2));
    guest.must('READBACK_GB_SURFACE', { sid: ID }); // of nothing: they are in sync
    expect(guest.readMob(pages, BYTES)).toEqual(noise(BYTES, 2));
  });

  it('are lost with the binding, unless they are newer', () => {
    const { guest } = loaded();
    guest.must('BIND_GB_SURFACE', { sid: ID, mobid: SVGA3D_INVALID_ID });
    expect(read(guest)).toEqual(Array.from({ length: BYTES }, () => 0));
    const other = loaded();
    other.guest.must('UPDATE_GB_IMAGE', { ...image, ...plainBox, w: 1 });
    other.guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
    expect(other.renderer.hold(other.surface)).toBe(true);
    other.guest.must('BIND_GB_SURFACE', { sid: ID, mobid: SVGA3D_INVALID_ID });
    expect(read(other.guest).slice(0, ROW)).toEqual(redRow);
  });

  it('are lost of some subresources, and not of others', () => {
    const { guest, renderer, surface } = loaded(2);
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', red); // of the first
    guest.must('BIND_GB_SURFACE', { sid: ID, mobid: SVGA3D_INVALID_ID });
    expect(renderer.hold(surface)).toBe(false);
    const host = [...guest.device.surfaceImage(ID)!];
    expect([host.slice(0, ROW), host.slice(BYTES, BYTES + 8)]).toEqual([redRow, [0, 0, 0, 0, 0, 0, 0, 0]]);
  });

  it('are in a snapshot, with their state', () => {
    const { guest, renderer } = loaded();
    const plain = new DxGuest({ dx: true }, 256);
    plain.device.restore(guest.device.snapshot());
    expect([...plain.device.surfaceImage(ID)!]).toEqual(all);
    expect(renderer.readBacks).toBe(1);
  });

  it('come again with their MOB where the renderer has lost them, and are lost where they were drawn', () => {
    const { guest, renderer, pages, surface } = loaded(2);
    renderer.lose();
    expect([surface.ownImage, read(guest)]).toEqual([undefined, all]);
    guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
    renderer.hold(surface);
    renderer.lose();
    expect(read(guest)).toEqual(Array.from({ length: BYTES }, () => 0));
    const mip = guest.device.surfaceImage(ID)!.subarray(BYTES, BYTES + 8);
    expect(mip).toEqual(guest.readMob(pages, 2 * BYTES).subarray(BYTES, BYTES + 8));
  });

  it('are lost with a MOB that is destroyed', () => {
    const { guest, renderer } = loaded();
    guest.must('DESTROY_GB_MOB', { mobid: ID });
    renderer.lose();
    expect(read(guest)).toEqual(Array.from({ length: BYTES }, () => 0));
  });
});

it(
  'a surface that is only updated is what its MOB holds, whatever is freed, lost and read in between',
  () => {
    for (const seed of seeds(50)) {
      const draw = seededDraw(seed);
      const { guest, renderer, pages, surface } = loaded(2);
      const memory = noise(2 * BYTES, 1);
      for (let step = 0; step < 40; step++) {
        switch (draw(5)) {
          case 0:
            renderer.hold(surface);
            break;
          case 1:
            renderer.lose();
            break;
          case 2:
            read(guest);
            break;
          default: {
            const [mipmap, x, y] = [draw(2), draw(SIDE), draw(SIDE)];
            const side = SIDE >> mipmap;
            const at = mipmap * BYTES + 4 * ((y % side) * side + (x % side));
            memory.set([draw(256), draw(256), draw(256), draw(256)], at);
            guest.fillMob(pages, memory);
            const box = { x: x % side, y: y % side, z: 0, w: 1, h: 1, d: 1 };
            guest.must('UPDATE_GB_IMAGE', { sid: ID, face: 0, mipmap, ...box });
          }
        }
      }
      const { bytes } = surface.layout;
      expect(guest.device.surfaceImage(ID), `seed ${seed}`).toEqual(memory.subarray(0, bytes));
    }
  },
  seedsTimeout,
);

describe('a box that the device writes where the renderer has the rest', () => {
  /** All bytes of the surface, with a box of others. */
  function withBox(bytes: readonly number[], of: Uint8Array): number[] {
    return bytes.map((byte, at) => ([1, 2].includes(Math.floor(at / ROW)) && at % ROW >= 8 ? of[at] : byte));
  }
  const box = { ...plainBox, x: 2, y: 1, w: 2, h: 2 };

  it.each([
    ['UPDATE_GB_IMAGE', { ...image, ...box }],
    ['DX_UPDATE_SUBRESOURCE', { sid: ID, subResource: 0, ...box }],
  ] as const)('is not read back for: %s', (name, fields) => {
    const { guest, renderer, pages } = loaded();
    guest.fillMob(pages, noise(BYTES, 3));
    guest.must(name, fields);
    expect(renderer.readBacks).toBe(0);
    expect(read(guest)).toEqual(withBox(all, noise(BYTES, 3)));
    expect(renderer.readBacks).toBe(1);
  });

  it('is not read back for in what was drawn, which stays newer than the MOB', () => {
    const { guest, renderer, pages } = cleared();
    guest.fillMob(pages, noise(BYTES, 3));
    guest.must('UPDATE_GB_IMAGE', { ...image, ...box });
    guest.must('UPDATE_GB_IMAGE', { ...image, ...plainBox, w: 1, h: 1 });
    expect(renderer.readBacks).toBe(0);
    guest.must('READBACK_GB_SURFACE', { sid: ID });
    const expected = withBox([redRow, redRow, redRow, redRow].flat(), noise(BYTES, 3));
    expect([...guest.readMob(pages, BYTES)]).toEqual([...noise(4, 3), ...expected.slice(4)]);
  });

  it('may come of a buffer, and is then newer than the MOB', () => {
    const { guest, renderer, pages } = loaded();
    read(guest);
    renderer.readBacks = 0;
    guest.must('UPDATE_GB_SURFACE', { sid: ID });
    renderer.hold(renderer.cleared!);
    guest.must('DX_TRANSFER_FROM_BUFFER', {
      srcSid: BUFFER,
      srcOffset: 0,
      srcPitch: ROW,
      srcSlicePitch: BYTES,
      destSid: ID,
      destSubResource: 0,
      destBoxX: 2,
      destBoxY: 1,
      destBoxZ: 0,
      destBoxW: 2,
      destBoxH: 2,
      destBoxD: 1,
    });
    expect(renderer.readBacks).toBe(0);
    guest.must('READBACK_GB_SURFACE', { sid: ID });
    const moved = all.map((byte, at) =>
      [1, 2].includes(Math.floor(at / ROW)) && at % ROW >= 8 ? all[at - ROW - 8] : byte,
    );
    expect([...guest.readMob(pages, BYTES)]).toEqual(moved);
  });

  it('may be invalidated', () => {
    const { guest, renderer } = loaded();
    guest.must('INVALIDATE_GB_IMAGE_PARTIAL', { ...image, ...box, invertBox: 0 });
    expect(renderer.readBacks).toBe(0);
    expect(read(guest)).toEqual(withBox(all, new Uint8Array(BYTES)));
  });

  const boxed = [['UPDATE_GB_IMAGE', { ...image, ...plainBox, w: 1023, h: 2 }]] as const;
  const whole = [
    ['UPDATE_GB_IMAGE', { ...image, ...plainBox, w: 1024, h: 2 }],
    ['UPDATE_GB_SURFACE', { sid: ID }],
  ] as const;

  it.each([...boxed, ...whole])(
    'has the bytes before a bad page, as without a renderer: %s',
    (name, fields) => {
      const width = 1024;
      const seen = [undefined, new HoldingRenderer()].map((renderer) => {
        const guest = new DxGuest({ dx: true }, 256, renderer).withTables();
        const { pages, breakPages } = fragileMob(guest, 7, 2);
        guest.defineSurface({ sid: ID, width, height: 2 }, 2 * PAGE);
        guest.must('BIND_GB_SURFACE', { sid: ID, mobid: 7 });
        guest.must('DX_DEFINE_RENDERTARGET_VIEW', {
          renderTargetViewId: 1,
          sid: ID,
          format: 2,
          ...plainView,
        });
        guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
        guest.fillMob(pages, noise(2 * PAGE, 4));
        breakPages();
        expect(guest.run(name, fields).status).toBe(3);
        return [...guest.device.surfaceImage(ID)!];
      });
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[0].slice(0, 4)).toEqual([...noise(4, 4)]);
    },
  );
});

describe('a copy of all subresources, of which a later one is unreadable', () => {
  it.each(['DX_PRED_COPY', 'DX_PRED_CONVERT'] as const)(
    '%s copies none, with a renderer or without',
    (name) => {
      const seen = [undefined, new HoldingRenderer()].map((renderer) => {
        const guest = new DxGuest({ dx: true }, 256, renderer).withTables();
        const shape = { width: 1024, height: 1, numMipLevels: 2 };
        const mob = fragileMob(guest, 7, 2);
        guest.fillMob(mob.pages, noise(2 * PAGE, 4));
        guest.defineSurface({ sid: ID, ...shape }, 2 * PAGE);
        guest.must('BIND_GB_SURFACE', { sid: ID, mobid: 7 });
        guest.defineSurface({ sid: 2, ...shape }, 2 * PAGE);
        const view = { renderTargetViewId: 1, sid: ID, format: 2, ...plainView };
        guest.must('DX_DEFINE_RENDERTARGET_VIEW', view);
        guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
        mob.breakPages();
        expect(guest.run(name, { srcSid: ID, dstSid: 2 }).status).toBe(3);
        return guest.device.surfaceImage(2)!.some((byte) => byte !== 0);
      });
      expect(seen).toEqual([false, false]);
    },
  );
});

describe('the memory of freed bytes', () => {
  it('is not freed where screens show them: they have a place in it', () => {
    const surfaceFlags = SVGA3D_SURFACE.SCREENTARGET;
    const side = 256;
    const surface = new Surface(
      surfaceDefinition({ ...plainSurface, surfaceFlags, width: side, height: side }),
      new SurfaceLayout({ ...plainLayout, width: side, height: side }),
    );
    const memory = new ImageMemory(surface.layout.bytes);
    const own = surface.image(memory).fill(1);
    surface.content.setAll(CONTENT.RENDERED, memory);
    expect([surface.freeImage(), surface.ownImage]).toEqual([false, own]);
    surface.dropImage(memory);
    const next = surface.image(memory);
    expect([next.byteOffset, next[0]]).toEqual([own.byteOffset, 0]);
  });

  it('stays accounted, so that there is room for them, until the surface is gone', () => {
    const memory = new ImageMemory(BYTES);
    const surface = new Surface(
      surfaceDefinition({ ...plainSurface, sid: ID }),
      new SurfaceLayout(plainLayout),
    );
    expect(surface.freeImage()).toBe(false); // there are none
    surface.image(memory).fill(1);
    surface.content.setAll(CONTENT.NEWER, memory);
    expect([surface.freeImage(), surface.content.common]).toEqual([true, CONTENT.RENDERED]);
    expect(() => memory.allocate(1)).toThrow('images exceed the device memory');
    expect(surface.image(memory)).toEqual(new Uint8Array(BYTES));
    surface.freeImage();
    surface.dropImage(memory);
    expect(surface.image(memory)).toHaveLength(BYTES);
    surface.dropImage(memory);
    expect(memory.allocate(BYTES)).toHaveLength(BYTES);
  });
});
