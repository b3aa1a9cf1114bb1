import { formatByName } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_PRIMITIVE, SVGA3D_QUERYTYPE, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type { CommandFields } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { ContractGuest } from './contract-guest.js';
import { constantPixel, coveringTriangle, passVertex, texelPixel } from './contract-shaders.js';
import { plainRasterizer } from './plain-states.js';

const FORMAT = formatByName('B8G8R8A8_UNORM')?.id ?? 0;
const BUFFER_FORMAT = formatByName('BUFFER')?.id ?? 0;
const PACKED_FORMAT = formatByName('B5G6R5_UNORM')?.id ?? 0;
const R16_UINT = formatByName('R16_UINT')?.id ?? 0;
const VERTEX_FORMAT = formatByName('R32G32B32A32_FLOAT')?.id ?? 0;

/** Textures of 4 × 4, two mips, two layers; views of each subresource are numbered on. */
const TEXTURES = [1, 2, 3];
const SUBRESOURCES = [0, 1, 2, 3];
const VERTICES = 4;
const INDICES = 5;
const CONSTANTS = 6;
const BUFFERS = [VERTICES, INDICES, CONSTANTS];
/** A surface of 4 samples, and one of another format, of 4 × 4 as well. */
const SAMPLES = 9;
const PACKED = 10;
const BUFFER_BYTES = 256;
/** MOBs besides those of the surfaces, whose ids they have. */
const SHADER_MOB = 7;
const QUERY_MOB = 8;
/** Shaders: a vertex shader, and two pixel shaders. */
const PASS = 0;
const CONSTANT = 1;
const TEXEL = 2;
const SHADER_PLACE = 1024;
const VERTEX_TYPE = 1;
const PIXEL_TYPE = 2;
/** Rasterizer states. */
const PLAIN = 0;
const SCISSORED = 1;
const SCREEN = 0;
const QUERY = 0;
const QUERY_RESULT_BYTES = 8;
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

function viewOf(sid: number, subresource: number): number {
  return 4 * sid + subresource;
}

/** A guest that clears, copies, converts, draws, reads back and shows textures, at random and always as it may. */
export class DrawingGuest extends ContractGuest {
  readonly #mobs = new Map<number, Uint8Array>();

  /** Defines everything that the steps use. @param draws with what draws need */
  async prepare(draws: boolean): Promise<void> {
    await this.start();
    for (const sid of TEXTURES) {
      await this.#defineSurface({ sid, numMipLevels: 2, arraySize: 2 });
      await this.#defineViews(sid);
    }
    await this.#defineSurface({ sid: SAMPLES, multisampleCount: 4 });
    await this.#defineTarget(SAMPLES, 0);
    await this.#defineSurface({ sid: PACKED, format: PACKED_FORMAT });
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
    if (draws) {
      await this.#prepareDraws();
    }
  }

  async #defineSurface(fields: Partial<typeof plainSurface> & { readonly sid: number }): Promise<void> {
    const { sid } = fields;
    this.#mobs.set(sid, await this.defineMob(sid, 1));
    await this.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, ...fields });
    await this.must('BIND_GB_SURFACE', { sid, mobid: sid });
  }

  async #defineViews(sid: number): Promise<void> {
    const view = { sid, format: FORMAT, resourceDimension: SVGA3D_RESOURCE.TEXTURE2D };
    for (const subresource of SUBRESOURCES) {
      const [mip, layer] = [subresource % 2, subresource >> 1];
      const id = viewOf(sid, subresource);
      const layers = { firstArraySlice: layer, arraySize: 1 };
      await this.#defineTarget(sid, subresource);
      const resource = { shaderResourceViewId: id, ...view, mostDetailedMip: mip, mipLevels: 1, ...layers };
      await this.must('DX_DEFINE_SHADERRESOURCE_VIEW', resource);
    }
    const whole = { mostDetailedMip: 0, mipLevels: 2, firstArraySlice: 0, arraySize: 2 };
    await this.must('DX_DEFINE_SHADERRESOURCE_VIEW', { shaderResourceViewId: sid, ...view, ...whole });
  }

  #defineTarget(sid: number, subresource: number): Promise<void> {
    return this.must('DX_DEFINE_RENDERTARGET_VIEW', {
      renderTargetViewId: viewOf(sid, subresource),
      sid,
      format: FORMAT,
      resourceDimension: SVGA3D_RESOURCE.TEXTURE2D,
      mipSlice: subresource % 2,
      firstArraySlice: subresource >> 1,
      arraySize: 1,
    });
  }

  async #prepareDraws(): Promise<void> {
    for (const sid of BUFFERS) {
      await this.#defineSurface({ sid, format: BUFFER_FORMAT, width: BUFFER_BYTES, height: 1 });
    }
    await this.#defineShaders();
    const descs = [
      {
        inputSlot: 0,
        alignedByteOffset: 0,
        format: VERTEX_FORMAT,
        inputSlotClass: 0,
        instanceDataStepRate: 0,
        inputRegister: 0,
      },
    ];
    await this.must('DX_DEFINE_ELEMENTLAYOUT', { elementLayoutId: 0, descs });
    for (const rasterizerId of [PLAIN, SCISSORED]) {
      const scissorEnable = rasterizerId === SCISSORED ? 1 : 0;
      await this.must('DX_DEFINE_RASTERIZER_STATE', { rasterizerId, ...plainRasterizer, scissorEnable });
    }
    this.#mobs.set(QUERY_MOB, await this.defineMob(QUERY_MOB, 1));
    const type = SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE;
    await this.must('DX_DEFINE_QUERY', { queryId: QUERY, type, flags: 0 });
    await this.must('DX_BIND_QUERY', { queryId: QUERY, mobid: QUERY_MOB });
    await this.must('DX_SET_QUERY_OFFSET', { queryId: QUERY, mobOffset: QUERY_RESULT_BYTES });
    await this.must('DX_SET_INPUT_LAYOUT', { elementLayoutId: 0 });
    await this.must('DX_SET_TOPOLOGY', { topology: SVGA3D_PRIMITIVE.TRIANGLELIST });
    const buffers = [{ sid: VERTICES, stride: 16, offset: 0 }];
    await this.must('DX_SET_VERTEX_BUFFERS', { startBuffer: 0, buffers });
    await this.must('DX_SET_INDEX_BUFFER', { sid: INDICES, format: R16_UINT, offset: 0 });
    await this.must('DX_SET_SHADER', { shaderId: PASS, type: VERTEX_TYPE });
    const constants = { slot: 0, type: PIXEL_TYPE, sid: CONSTANTS, offsetInBytes: 0, sizeInBytes: 16 };
    await this.must('DX_SET_SINGLE_CONSTANT_BUFFER', constants);
    this.#store(VERTICES, coveringTriangle);
    this.#store(INDICES, Uint16Array.of(0, 1, 2));
  }

  async #defineShaders(): Promise<void> {
    const mob = await this.defineMob(SHADER_MOB, 1);
    const shaders = [
      [PASS, VERTEX_TYPE, passVertex],
      [CONSTANT, PIXEL_TYPE, constantPixel],
      [TEXEL, PIXEL_TYPE, texelPixel],
    ] as const;
    for (const [shaderId, type, tokens] of shaders) {
      const offsetInBytes = shaderId * SHADER_PLACE;
      mob.set(new Uint8Array(tokens.buffer), offsetInBytes);
      await this.must('DX_DEFINE_SHADER', { shaderId, type, sizeInBytes: tokens.byteLength });
      await this.must('DX_BIND_SHADER', { cid: 0, shid: shaderId, mobid: SHADER_MOB, offsetInBytes });
    }
  }

  #store(sid: number, values: Float32Array | Uint8Array | Uint16Array): void {
    this.#mobs.get(sid)?.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** One command that does not draw, or a store. */
  async step(draw: Draw): Promise<void> {
    const [sid, srcSid] = [1 + draw(3), 1 + draw(3)];
    const [subResource, srcSubResource] = [draw(4), draw(4)];
    const size = subResource % 2 === 0 && srcSubResource % 2 === 0 ? 4 : 2;
    const [w, h] = draw(2) === 0 ? [size, size] : [1 + draw(size), 1 + draw(size)];
    const box = { x: draw(size - w + 1), y: draw(size - h + 1), z: 0, w, h, d: 1 };
    const from = { srcx: draw(size - w + 1), srcy: draw(size - h + 1), srcz: 0 };
    const copied = { dstSid: sid, dstSubResource: subResource, srcSid, srcSubResource, ...box, ...from };
    const target = { sid, subResource };
    const image = { sid, face: subResource >> 1, mipmap: subResource % 2 };
    switch (draw(25)) {
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
      case 21:
        return this.must('UPDATE_GB_SCREENTARGET', { stid: SCREEN, x: 0, y: 0, w: 4, h: 4 });
      case 22:
        await this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid, face: 0, mipmap: 0 });
        await this.#clear(viewOf(sid, 0), draw);
        return this.#show(draw);
      case 23:
        return this.#show(draw);
      case 24:
        return this.must('BIND_GB_SCREENTARGET', { stid: SCREEN, sid, face: draw(2), mipmap: 0 });
      case 15:
        this.#storeNoise(SAMPLES, draw);
        return this.must('UPDATE_GB_SURFACE', { sid: SAMPLES });
      case 16:
        return this.#clear(viewOf(SAMPLES, 0), draw);
      case 17: {
        const resolved = { dstSid: sid, dstSubResource: 2 * draw(2), srcSid: SAMPLES, srcSubResource: 0 };
        return this.must('DX_RESOLVE_COPY', { ...resolved, copyFormat: FORMAT });
      }
      case 18:
        return this.must('DX_PRED_COPY', { dstSid: sid, srcSid });
      case 19:
      case 20:
        return this.#stretch(draw);
    }
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
      const sid = draw(4) === 0 ? PACKED : 1 + draw(3);
      const [face, mipmap] = sid === PACKED ? [0, 0] : [draw(2), draw(2)];
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
    this.#store(
      sid,
      Uint8Array.from({ length: 256 }, () => draw(256)),
    );
  }

  #clear(renderTargetViewId: number, draw: Draw): Promise<void> {
    const [r, g, b] = [draw(256) / 255, draw(256) / 255, draw(256) / 255];
    return this.must('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId, r, g, b, a: 1 });
  }

  /** A draw, or one command for those that follow. */
  async drawStep(draw: Draw): Promise<void> {
    switch (draw(12)) {
      case 0:
        // Vertices of which nothing is drawn, or the triangle again.
        this.#store(VERTICES, draw(4) === 0 ? new Float32Array(12) : coveringTriangle);
        return this.must('UPDATE_GB_SURFACE', { sid: VERTICES });
      case 1:
        this.#store(INDICES, draw(4) === 0 ? new Uint16Array(3) : Uint16Array.of(0, 1, 2));
        return this.must('DX_UPDATE_SUBRESOURCE', { sid: INDICES, subResource: 0, ...boxOf(6) });
      case 2:
        return this.must('DX_INVALIDATE_SUBRESOURCE', { sid: CONSTANTS, subResource: 0 });
      case 3:
        // Content that is pending again until it is used.
        await this.must('BIND_GB_SURFACE', { sid: CONSTANTS, mobid: SVGA3D_INVALID_ID });
        return this.must('BIND_GB_SURFACE', { sid: CONSTANTS, mobid: CONSTANTS });
      case 4:
        return this.must('DX_BEGIN_QUERY', { queryId: QUERY });
      case 5:
        return this.must('DX_END_QUERY', { queryId: QUERY });
      case 6: {
        const queryId = draw(2) === 0 ? QUERY : SVGA3D_INVALID_ID;
        return this.must('DX_SET_PREDICATION', { queryId, predicateValue: draw(2) });
      }
      default:
        return this.#draw(draw);
    }
  }

  async #draw(draw: Draw): Promise<void> {
    const sid = draw(5) === 0 ? SAMPLES : 1 + draw(3);
    const subresource = sid === SAMPLES ? 0 : draw(4);
    const renderTargetViewIds = [viewOf(sid, subresource)];
    await this.must('DX_SET_RENDERTARGETS', { depthStencilViewId: SVGA3D_INVALID_ID, renderTargetViewIds });
    const size = subresource % 2 === 0 ? 4 : 2;
    const viewport = { x: 0, y: 0, width: size, height: size, minDepth: 0, maxDepth: 1 };
    await this.must('DX_SET_VIEWPORTS', { viewports: [viewport] });
    await this.must('DX_SET_RASTERIZER_STATE', { rasterizerId: draw(2) === 0 ? PLAIN : SCISSORED });
    const rect = { left: draw(3), top: draw(3), right: 2 + draw(3), bottom: 2 + draw(3) };
    await this.must('DX_SET_SCISSORRECTS', { rects: [rect] });
    await this.#setPixelShader(draw, sid);
    if (draw(2) === 0) {
      await this.must('DX_DRAW', { vertexCount: 3, startVertexLocation: 0 });
    } else {
      const count = { indexCount: 3, startIndexLocation: 0, baseVertexLocation: 0 };
      await this.must('DX_DRAW_INDEXED', count);
    }
  }

  /** A colour, or the texels of another texture than the target. */
  async #setPixelShader(draw: Draw, targetSid: number): Promise<void> {
    if (draw(2) === 0) {
      const color = Float32Array.from([0, 0, 0, 0], () => draw(256) / 255);
      this.#store(CONSTANTS, color);
      await this.must('DX_BUFFER_UPDATE', { sid: CONSTANTS, x: 0, width: draw(3) === 0 ? 8 : 16 });
      await this.must('DX_SET_SHADER', { shaderId: CONSTANT, type: PIXEL_TYPE });
      return;
    }
    const sid = 1 + ((targetSid + draw(2)) % 3);
    const shaderResourceViewIds = [viewOf(sid, draw(4))];
    await this.must('DX_SET_SHADER_RESOURCES', { startView: 0, type: PIXEL_TYPE, shaderResourceViewIds });
    await this.must('DX_SET_SHADER', { shaderId: TEXEL, type: PIXEL_TYPE });
  }
}

function boxOf(bytes: number): { x: 0; y: 0; z: 0; w: number; h: 1; d: 1 } {
  return { x: 0, y: 0, z: 0, w: bytes, h: 1, d: 1 };
}
