import { formatByName } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA_COTABLE } from '@cg/svga-protocol';
import { passVertex } from '../src/contract/contract-shaders.js';
import type { PipelineState } from '../src/index.js';
import { DxGuest, plainView } from './dx-guest.js';
import { RecordingDraws } from './recording-renderer.js';

const BUFFER = formatByName('BUFFER')?.id ?? 0;
const PAGE = 4096;
/** Ids of its surfaces and MOBs. */
export const TARGET = 1;
export const VERTICES = 2;
export const CODE = 3;
const QUERIES = 4;
const SHADER_BYTES = passVertex.byteLength;
const none = SVGA3D_INVALID_ID;

/** A guest whose next draw is complete: a vertex shader, a topology, a target and a vertex buffer. */
export class ReadyGuest extends DxGuest {
  readonly code: readonly number[];
  readonly queries: readonly number[];
  readonly vertices: readonly number[];

  constructor(readonly renderer = new RecordingDraws()) {
    super({ maxWorkBytes: 2 ** 27 }, 256, renderer);
    this.withTables();
    const { ELEMENTLAYOUT, BLENDSTATE, DXSHADER, DXQUERY, STREAMOUTPUT, RASTERIZERSTATE } = SVGA_COTABLE;
    for (const type of [ELEMENTLAYOUT, BLENDSTATE, DXSHADER, DXQUERY, STREAMOUTPUT, RASTERIZERSTATE]) {
      this.defineMob(50 + type, 2 * PAGE);
      this.must('DX_SET_COTABLE', { cid: 0, mobid: 50 + type, type, validSizeInBytes: 0 });
    }
    this.defineSurface({ sid: TARGET, width: 4, height: 4 }, PAGE);
    this.vertices = this.defineSurface({ sid: VERTICES, format: BUFFER, width: 256, height: 1 }, PAGE);
    this.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, sid: TARGET, format: 2, ...plainView });
    this.code = this.defineMob(CODE, PAGE);
    this.queries = this.defineMob(QUERIES, PAGE);
    this.fillMob(this.code, new Uint8Array(passVertex.buffer));
    this.must('DX_DEFINE_SHADER', { shaderId: 0, type: 1, sizeInBytes: SHADER_BYTES });
    this.must('DX_BIND_SHADER', { cid: 0, shid: 0, mobid: CODE, offsetInBytes: 0 });
    this.must('DX_SET_SHADER', { shaderId: 0, type: 1 });
    this.must('DX_SET_TOPOLOGY', { topology: 1 });
    this.must('DX_SET_RENDERTARGETS', { depthStencilViewId: none, renderTargetViewIds: [0] });
    this.must('DX_SET_VERTEX_BUFFERS', {
      startBuffer: 0,
      buffers: [{ sid: VERTICES, stride: 16, offset: 0 }],
    });
  }

  /** Draws. @returns the state that the renderer was given; undefined if the draw was left out */
  drawn(): PipelineState | undefined {
    const before = this.renderer.draws.length;
    this.must('DX_DRAW', { vertexCount: 3, startVertexLocation: 0 });
    return this.renderer.draws.slice(before).at(-1)?.state;
  }

  defineQuery(type: number): void {
    this.must('DX_DEFINE_QUERY', { queryId: 0, type, flags: 0 });
    this.must('DX_BIND_QUERY', { queryId: 0, mobid: QUERIES });
    this.must('DX_SET_QUERY_OFFSET', { queryId: 0, mobOffset: 4 });
  }
}
