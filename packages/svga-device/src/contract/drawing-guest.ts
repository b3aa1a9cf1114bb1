import { formatByName } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_PRIMITIVE, SVGA3D_QUERYTYPE } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { constantPixel, coveringTriangle, passVertex, texelPixel } from './contract-shaders.js';
import { ImageGuest, SAMPLES, viewOf } from './image-guest.js';
import { plainRasterizer } from './plain-states.js';

const BUFFER_FORMAT = formatByName('BUFFER')?.id ?? 0;
const R16_UINT = formatByName('R16_UINT')?.id ?? 0;
const VERTEX_FORMAT = formatByName('R32G32B32A32_FLOAT')?.id ?? 0;

const VERTICES = 4;
const INDICES = 5;
const CONSTANTS = 6;
const BUFFERS = [VERTICES, INDICES, CONSTANTS];
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
const QUERY = 0;
const QUERY_RESULT_BYTES = 8;

/** A guest that draws, too. */
export class DrawingGuest extends ImageGuest {
  /** Defines everything that the steps use. @param draws with what draws need */
  async prepare(draws: boolean): Promise<void> {
    await this.prepareImages();
    if (draws) {
      await this.#prepareDraws();
    }
  }

  async #prepareDraws(): Promise<void> {
    for (const sid of BUFFERS) {
      await this.defineSurface({ sid, format: BUFFER_FORMAT, width: BUFFER_BYTES, height: 1 });
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
    await this.defineMob(QUERY_MOB, 1);
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
    this.store(VERTICES, coveringTriangle);
    this.store(INDICES, Uint16Array.of(0, 1, 2));
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

  /** A draw, or one command for those that follow. */
  async drawStep(draw: Draw): Promise<void> {
    switch (draw(12)) {
      case 0:
        // Vertices of which nothing is drawn, or the triangle again.
        this.store(VERTICES, draw(4) === 0 ? new Float32Array(12) : coveringTriangle);
        return this.must('UPDATE_GB_SURFACE', { sid: VERTICES });
      case 1:
        this.store(INDICES, draw(4) === 0 ? new Uint16Array(3) : Uint16Array.of(0, 1, 2));
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
      this.store(CONSTANTS, color);
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
