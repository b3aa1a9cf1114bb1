import { formatByName } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type { CommandBox, CommandFields } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { ContractGuest } from './contract-guest.js';

const FORMAT = formatByName('B8G8R8A8_UNORM')?.id ?? 0;
const PACKED_FORMAT = formatByName('B5G6R5_UNORM')?.id ?? 0;
const BUFFER_FORMAT = formatByName('BUFFER')?.id ?? 0;

/** Textures of 4 × 4, two mips, two layers; views of each subresource are numbered on. */
const TEXTURES = [1, 2, 3];
const SUBRESOURCES = [0, 1, 2, 3];
/** A surface of 4 samples, of 4 × 4 as well. */
export const SAMPLES = 9;
/** Textures of a format that renderers may keep in more bytes: they are the first that the device need not keep. */
const PACKED = [10, 11];
/** A buffer that boxes are copied from. */
const SOURCE = 12;
const SOURCE_BYTES = 256;
const SCREEN = 0;
const staging = { unsynchronized: 0, mustBeZero: [0, 0] };

const plainSurface: CommandFields<'DEFINE_GB_SURFACE_V2'> = {
  sid: 0,
  surfaceFlags: 0,
  format: FORMAT,
  numMipLevels: 1,
  multisampleCount: 0,
  autogenFilter: 0,
  width: 4,
  height: 4,
  depth: 1,
  arraySize: 0,
};

/** A box of a subresource. */
interface Part {
  readonly sid: number;
  readonly subResource: number;
  readonly box: CommandBox;
}

function formatOf(sid: number): number {
  return PACKED.includes(sid) ? PACKED_FORMAT : FORMAT;
}

/** The view of a subresource. */
export function viewOf(sid: number, subresource: number): number {
  return 4 * sid + subresource;
}

/** The view of all subresources: below those of single ones, or above. */
function wholeViewOf(sid: number): number {
  return TEXTURES.includes(sid) ? sid : 50 + sid;
}

/** A guest that clears, copies, converts, updates, reads back and shows textures, at random and always as it may. */
export class ImageGuest extends ContractGuest {
  readonly #mobs = new Map<number, Uint8Array>();

  /** Defines everything that the steps use. */
  protected async prepareImages(): Promise<void> {
    await this.start();
    for (const sid of [...TEXTURES, ...PACKED]) {
      const format = formatOf(sid);
      await this.defineSurface({ sid, format, numMipLevels: 2, arraySize: 2 });
      await this.#defineViews(sid, format);
    }
    await this.defineSurface({ sid: SAMPLES, multisampleCount: 4 });
    await this.#defineTarget(SAMPLES, 0, FORMAT);
    await this.defineSurface({ sid: SOURCE, format: BUFFER_FORMAT, width: SOURCE_BYTES, height: 1 });
    await this.must('DEFINE_GB_SCREENTARGET', {
      stid: SCREEN,
      width: 4,
      height: 4,
      xRoot: 0,
      yRoot: 0,
      flags: 0,
      dpi: 0,
    });
    await this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid: 1, face: 0, mipmap: 0 });
  }

  /** Defines a surface, and a MOB of its id that it is bound to. */
  protected async defineSurface(
    fields: Partial<typeof plainSurface> & { readonly sid: number },
  ): Promise<void> {
    const { sid } = fields;
    this.#mobs.set(sid, await this.defineMob(sid, 1));
    await this.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, ...fields });
    await this.must('BIND_GB_SURFACE', { sid, mobid: sid });
  }

  async #defineViews(sid: number, format: number): Promise<void> {
    const view = { sid, format, resourceDimension: SVGA3D_RESOURCE.TEXTURE2D };
    for (const subresource of SUBRESOURCES) {
      const [mip, layer] = [subresource % 2, subresource >> 1];
      const id = viewOf(sid, subresource);
      const layers = { firstArraySlice: layer, arraySize: 1 };
      await this.#defineTarget(sid, subresource, format);
      const resource = { shaderResourceViewId: id, ...view, mostDetailedMip: mip, mipLevels: 1, ...layers };
      await this.must('DX_DEFINE_SHADERRESOURCE_VIEW', resource);
    }
    const whole = { mostDetailedMip: 0, mipLevels: 2, firstArraySlice: 0, arraySize: 2 };
    await this.must('DX_DEFINE_SHADERRESOURCE_VIEW', {
      shaderResourceViewId: wholeViewOf(sid),
      ...view,
      ...whole,
    });
  }

  #defineTarget(sid: number, subresource: number, format: number): Promise<void> {
    return this.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: viewOf(sid, subresource),
      sid,
      format,
      resourceDimension: SVGA3D_RESOURCE.TEXTURE2D,
      mipSlice: subresource % 2,
      firstArraySlice: subresource >> 1,
      arraySize: 1,
    });
  }

  /** Writes to the MOB of a surface. */
  protected store(sid: number, values: Float32Array | Uint8Array | Uint16Array): void {
    this.#mobs.get(sid)?.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** One command that does not draw, or a store. */
  async step(draw: Draw): Promise<void> {
    const group = draw(3) === 0 ? PACKED : TEXTURES;
    const [sid, srcSid] = [group[draw(group.length)], group[draw(group.length)]];
    const shown = 1 + draw(TEXTURES.length);
    const [subResource, srcSubResource] = [draw(4), draw(4)];
    const size = subResource % 2 === 0 && srcSubResource % 2 === 0 ? 4 : 2;
    const [w, h] = draw(2) === 0 ? [size, size] : [1 + draw(size), 1 + draw(size)];
    const box = { x: draw(size - w + 1), y: draw(size - h + 1), z: 0, w, h, d: 1 };
    const from = { srcx: draw(size - w + 1), srcy: draw(size - h + 1), srcz: 0 };
    const copied = { dstSid: sid, dstSubResource: subResource, srcSid, srcSubResource, ...box, ...from };
    const target = { sid, subResource };
    const image = { sid, face: subResource >> 1, mipmap: subResource % 2 };
    switch (draw(31)) {
      case 0:
        this.#storeNoise(sid, draw);
        return;
      case 1:
      case 2:
        return this.#clear(viewOf(sid, subResource), draw);
      case 3:
      case 4:
        return this.must('DX_PRED_COPY_REGION', copied);
      case 5:
        return this.must('DX_PRED_STAGING_COPY_REGION', { ...copied, readback: draw(2), ...staging });
      case 6:
        return this.must('DX_STAGING_COPY', { dstSid: sid, srcSid, readback: draw(2), ...staging });
      case 7:
        return this.must('DX_GENMIPS', { shaderResourceViewId: wholeViewOf(sid) });
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
      case 21:
        return this.must('UPDATE_GB_SCREENTARGET', { stid: SCREEN, x: 0, y: 0, w: 4, h: 4 });
      case 22:
        await this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid: shown, face: 0, mipmap: 0 });
        await this.#clear(viewOf(shown, 0), draw);
        return this.#show(draw);
      case 23:
        return this.#show(draw);
      case 24:
        return this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid: shown, face: draw(2), mipmap: 0 });
      case 15:
        this.#storeNoise(SAMPLES, draw);
        return this.must('UPDATE_GB_SURFACE', { sid: SAMPLES });
      case 16:
        return this.#clear(viewOf(SAMPLES, 0), draw);
      case 17: {
        const resolved = { dstSid: shown, dstSubResource: 2 * draw(2), srcSid: SAMPLES, srcSubResource: 0 };
        return this.must('DX_RESOLVE_COPY', { ...resolved, copyFormat: FORMAT });
      }
      case 18:
        return this.must('DX_PRED_COPY', { dstSid: sid, srcSid });
      case 19:
      case 20:
        return this.#stretch(draw);
      default:
        return this.#update({ sid, subResource, box }, draw);
    }
  }

  /** Gives a part of a texture, or all of it, other content. */
  async #update({ sid, subResource, box }: Part, draw: Draw): Promise<void> {
    switch (draw(4)) {
      case 0:
        // What is newer stays, the rest is loaded again.
        await this.must('BIND_GB_SURFACE', { sid, mobid: SVGA3D_INVALID_ID });
        return this.must('BIND_GB_SURFACE', { sid, mobid: sid });
      case 1:
        return this.#transfer({ sid, subResource, box }, draw);
      case 2:
        this.#storeNoise(sid, draw);
        return this.must('UPDATE_GB_SURFACE', { sid });
      default: {
        this.#storeNoise(sid, draw);
        const image = { sid, face: subResource >> 1, mipmap: subResource % 2 };
        await this.must('UPDATE_GB_IMAGE', { ...image, ...box });
        // Single texels, and what lies between them stays.
        for (let more = draw(4); more > 0; more--) {
          const size = 4 >> image.mipmap;
          await this.must('UPDATE_GB_IMAGE', { ...image, ...box, x: draw(size), y: draw(size), w: 1, h: 1 });
        }
      }
    }
  }

  /** Copies a box from a buffer of noise. */
  async #transfer({ sid: destSid, subResource: destSubResource, box }: Part, draw: Draw): Promise<void> {
    this.#storeNoise(SOURCE, draw);
    await this.must('UPDATE_GB_SURFACE', { sid: SOURCE });
    await this.must('DX_TRANSFER_FROM_BUFFER', {
      srcSid: SOURCE,
      srcOffset: draw(SOURCE_BYTES / 2),
      srcPitch: 16 + draw(8),
      srcSlicePitch: 0,
      destSid,
      destSubResource,
      destBoxX: box.x,
      destBoxY: box.y,
      destBoxZ: box.z,
      destBoxW: box.w,
      destBoxH: box.h,
      destBoxD: box.d,
    });
  }

  /** Updates a part of the screen. */
  #show(draw: Draw): Promise<void> {
    const part = { x: draw(3), y: draw(3), w: 1 + draw(4), h: 1 + draw(4) };
    return this.must('UPDATE_GB_SCREENTARGET', { stid: SCREEN, ...part });
  }

  /** Sizes of powers of two have halves alone between texels, which every renderer rounds alike. */
  async #stretch(draw: Draw): Promise<void> {
    const side = (): {
      sid: number;
      face: number;
      mipmap: number;
      box: Record<'h' | 'w' | 'x' | 'y', number>;
    } => {
      const sid = draw(4) === 0 ? PACKED[draw(PACKED.length)] : 1 + draw(3);
      const [face, mipmap] = [draw(2), draw(2)];
      const size = 4 >> mipmap;
      const [w, h] = [size >> draw(2), size >> draw(2)];
      return { sid, face, mipmap, box: { w, h, x: draw(size - w + 1), y: draw(size - h + 1) } };
    };
    const [from, to] = [side(), side()];
    await this.must('SURFACE_STRETCHBLT', {
      srcSid: from.sid,
      srcFace: from.face,
      srcMipmap: from.mipmap,
      destSid: to.sid,
      destFace: to.face,
      destMipmap: to.mipmap,
      boxSrcX: from.box.x,
      boxSrcY: from.box.y,
      boxSrcZ: 0,
      boxSrcW: from.box.w,
      boxSrcH: from.box.h,
      boxSrcD: 1,
      boxDestX: to.box.x,
      boxDestY: to.box.y,
      boxDestZ: 0,
      boxDestW: to.box.w,
      boxDestH: to.box.h,
      boxDestD: 1,
      mode: draw(3),
    });
  }

  #storeNoise(sid: number, draw: Draw): void {
    this.store(
      sid,
      Uint8Array.from({ length: 256 }, () => draw(256)),
    );
  }

  #clear(renderTargetViewId: number, draw: Draw): Promise<void> {
    const [r, g, b] = [draw(256) / 255, draw(256) / 255, draw(256) / 255];
    return this.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId, r, g, b, a: 1 });
  }
}
