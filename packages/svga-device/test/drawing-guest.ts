import type { Draw } from '@cg/svga-protocol/random-commands';
import { DxGuest } from './dx-guest.js';
import { noise, type TestRenderer } from './guest.js';

/** Of A8R8G8B8 4 × 4, two mips, two layers. */
const BYTES = 160;
const SURFACES = [1, 2, 3];
const SUBRESOURCES = [0, 1, 2, 3];
const SCREEN = 0;
const staging = { unsynchronized: 0, mustBeZero: [0, 0] };

/** A guest that clears, copies, converts, reads back and shows three surfaces, at random and always as it may. */
export class DrawingGuest extends DxGuest {
  readonly #pages: readonly number[][];

  constructor(renderer: TestRenderer | undefined, completionDelay: number) {
    super({ dx: true, completionDelay }, 256, renderer);
    this.isPatient = true;
    this.withTables();
    const shape = { width: 4, height: 4, numMipLevels: 2, arraySize: 2 };
    this.#pages = SURFACES.map((sid) => this.defineSurface({ ...shape, sid }, BYTES));
    for (const sid of SURFACES) {
      const view = { sid, format: 2, resourceDimension: 3 };
      for (const subresource of SUBRESOURCES) {
        this.must('DX_DEFINE_RENDERTARGET_VIEW', {
          renderTargetViewId: 4 * sid + subresource,
          ...view,
          mipSlice: subresource % 2,
          firstArraySlice: subresource >> 1,
          arraySize: 1,
        });
      }
      this.must('DX_DEFINE_SHADERRESOURCE_VIEW', {
        shaderResourceViewId: sid,
        ...view,
        mostDetailedMip: 0,
        mipLevels: 2,
        firstArraySlice: 0,
        arraySize: 2,
      });
    }
    this.must('SET_OTABLE_BASE64', {
      type: 4,
      baseAddress: this.allocatePage(),
      sizeInBytes: 4096,
      validSizeInBytes: 0,
      ptDepth: 0,
    });
    this.must('DEFINE_GB_SCREENTARGET', {
      stid: SCREEN,
      width: 4,
      height: 4,
      xRoot: 0,
      yRoot: 0,
      flags: 0,
      dpi: 0,
    });
    this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid: 1, face: 0, mipmap: 0 });
  }

  /** One command, or a store. */
  step(draw: Draw): void {
    const [sid, srcSid] = [1 + draw(3), 1 + draw(3)];
    const [subResource, srcSubResource] = [draw(4), draw(4)];
    const size = subResource % 2 === 0 && srcSubResource % 2 === 0 ? 4 : 2;
    const [w, h] = draw(2) === 0 ? [size, size] : [1 + draw(size), 1 + draw(size)];
    const box = { x: draw(size - w + 1), y: draw(size - h + 1), z: 0, w, h, d: 1 };
    const from = { srcx: draw(size - w + 1), srcy: draw(size - h + 1), srcz: 0 };
    const copied = { dstSid: sid, dstSubResource: subResource, srcSid, srcSubResource, ...box, ...from };
    const target = { sid, subResource };
    const image = { sid, face: subResource >> 1, mipmap: subResource % 2 };
    switch (draw(15)) {
      case 0:
        this.fillMob(this.#pages[sid - 1], noise(BYTES, draw(1000)));
        return;
      case 1:
      case 2:
        return this.must('DX_CLEAR_RENDERTARGET_VIEW', {
          renderTargetViewId: 4 * sid + subResource,
          r: draw(256) / 255,
          g: draw(256) / 255,
          b: draw(256) / 255,
          a: 1,
        });
      case 3:
      case 4:
        return this.must('DX_PRED_COPY_REGION', copied);
      case 5:
        return this.must('DX_PRED_STAGING_COPY_REGION', { ...copied, readback: draw(2), ...staging });
      case 6:
        return this.must('DX_STAGING_COPY', { dstSid: sid, srcSid, readback: draw(2), ...staging });
      case 7:
        return this.must('DX_GENMIPS', { shaderResourceViewId: sid });
      case 8:
        return this.must('DX_PRED_CONVERT', { dstSid: sid, srcSid });
      case 9:
        return this.must('DX_READBACK_SUBRESOURCE', target);
      case 10:
        return this.must('READBACK_GB_SURFACE', { sid });
      case 11:
        return this.must('DX_UPDATE_SUBRESOURCE', { ...target, ...box });
      case 12:
        return this.must('READBACK_GB_IMAGE_PARTIAL', { ...image, ...box, invertBox: draw(2) });
      case 13:
        return this.must('INVALIDATE_GB_IMAGE_PARTIAL', { ...image, ...box, invertBox: draw(2) });
      case 14:
        return this.must('UPDATE_GB_SCREENTARGET', { stid: SCREEN, x: 0, y: 0, w: 4, h: 4 });
    }
  }
}
