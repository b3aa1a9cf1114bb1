import { SVGA3D_SURFACE } from '@cg/svga-protocol';
import { SurfaceLayout } from '@cg/surface-layout';
import { expect, it } from 'vitest';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { plainSurface } from '../../test/guest.js';
import { PromisingRenderer } from '../../test/promising-renderer.js';
import type { ClearValue, RenderSurface, RenderView } from '../index.js';
import { ImageMemory } from '../objects/image-memory.js';
import { CONTENT } from '../objects/surface-content.js';
import { Surface, surfaceDefinition } from '../objects/surface.js';

const SIDE = 4;
const BYTES = 4 * SIDE * SIDE;
const ID = 1;
const red = { renderTargetViewId: 1, r: 1, g: 0, b: 0, a: 1 };

/** A renderer that can be told to free the bytes of what it has cleared. */
class FreeingRenderer extends PromisingRenderer {
  cleared: RenderSurface | undefined;

  override clear(view: RenderView, value: ClearValue): boolean {
    this.cleared = view.surface;
    return super.clear(view, value);
  }
}

/** A guest with a surface that the renderer has cleared to red. */
function cleared() {
  const renderer = new FreeingRenderer();
  const guest = new DxGuest({ dx: true }, 128, renderer).withTables();
  const pages = guest.defineSurface({ sid: ID, width: SIDE, height: SIDE }, BYTES);
  guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 1, sid: ID, format: 2, ...plainView });
  guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
  return { guest, renderer, pages, surface: renderer.cleared! };
}

it('what the renderer has of all of a surface need not be in the device, until it is read', async () => {
  const { guest, renderer, pages, surface } = cleared();
  expect(surface.ownImage).toHaveLength(BYTES);
  surface.freeImage!();
  expect(surface.ownImage).toBeUndefined();
  guest.must('DX_CLEAR_RENDERTARGET_VIEW', red);
  expect(surface.ownImage).toBeUndefined();
  guest.run('READBACK_GB_SURFACE', { sid: ID });
  await renderer.answer();
  expect([...guest.readMob(pages, BYTES)].slice(0, 4)).toEqual([0, 0, 255, 255]);
  surface.freeImage!(); // the device has it now
  expect(surface.ownImage).toHaveLength(BYTES);
});

it('what screens show has a place in memory that is not freed', () => {
  const surfaceFlags = SVGA3D_SURFACE.SCREENTARGET;
  const side = 256;
  const size = { width: side, height: side, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
  const surface = new Surface(
    surfaceDefinition({ ...plainSurface, surfaceFlags, width: side, height: side }),
    new SurfaceLayout({ format: 2, ...size }),
  );
  const memory = new ImageMemory(surface.layout.bytes);
  const image = surface.image(memory).fill(1);
  surface.content.setAll(CONTENT.RENDERED, memory);
  surface.freeImage();
  expect(surface.ownImage).toBe(image);
  surface.dropImage(memory);
  const next = surface.image(memory);
  expect([next.byteOffset, next[0]]).toEqual([image.byteOffset, 0]);
});

it('bytes that are freed stay accounted, so that there is room for them, until the surface is gone', () => {
  const memory = new ImageMemory(BYTES);
  const size = { width: SIDE, height: SIDE, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
  const surface = new Surface(
    surfaceDefinition({ ...plainSurface, sid: ID }),
    new SurfaceLayout({ format: 2, ...size }),
  );
  surface.image(memory).fill(1);
  surface.content.setAll(CONTENT.NEWER, memory);
  surface.freeImage();
  expect(surface.ownImage?.[0]).toBe(1);
  surface.content.setAll(CONTENT.RENDERED, memory);
  surface.freeImage();
  expect(() => memory.allocate(1)).toThrow('images exceed the device memory');
  expect(surface.image(memory)).toEqual(new Uint8Array(BYTES));
  surface.freeImage();
  surface.dropImage(memory);
  expect(surface.image(memory)).toHaveLength(BYTES);
  surface.dropImage(memory);
  expect(memory.allocate(BYTES)).toHaveLength(BYTES);
});
