import { formatByName } from '@cg/surface-layout';
import { dxSlots, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { AT, PART, STREAM_TARGET, VERTEX_BUFFER } from '../objects/dx-state.js';
import type { DxState } from '../objects/dx-state.js';
import { keptList } from './kept-list.js';
import type { IndexBuffer, StreamOutput, StreamTarget, VertexBuffer } from './pipeline-state.js';
import type { SurfacePart } from '../objects/surface-part.js';
import { wholeBuffer } from './render-views.js';
import type { ResolvedEntries } from './resolved-entries.js';

const R16_UINT = formatByName('R16_UINT')?.id;
const R32_UINT = formatByName('R32_UINT')?.id;

/** An offset that means: behind what was streamed out before. */
const APPEND = 0xffff_ffff;

/** Vertex, index and stream output buffers of a context, resolved. Each method returns whether all of them exist. */
export class ResolvedInputs {
  readonly #state: DxState;
  readonly #entries: ResolvedEntries;
  vertexBuffers: readonly (VertexBuffer | undefined)[] = [];
  indexBuffer: IndexBuffer | undefined;
  streamOutput: StreamOutput | undefined;
  #vertexParts: readonly SurfacePart[] = [];
  #indexPart: readonly SurfacePart[] = [];
  /** Buffers that vertices are streamed to. */
  streamParts: readonly SurfacePart[] = [];

  constructor(state: DxState, entries: ResolvedEntries) {
    this.#state = state;
    this.#entries = entries;
  }

  /** What a draw reads. */
  get reads(): readonly SurfacePart[] {
    return [...this.#vertexParts, ...this.#indexPart];
  }

  resolveVertexBuffers(changed: number): boolean {
    if ((changed & PART.VERTEX_BUFFERS) === 0) {
      return true;
    }
    const { count } = dxSlots.vertexBuffers;
    const buffers: (VertexBuffer | undefined)[] = [];
    const parts: SurfacePart[] = [];
    for (let i = 0; i < count; i++) {
      const id = this.#state.id(dxSlots.vertexBuffers, i);
      const surface = id === SVGA3D_INVALID_ID ? undefined : this.#entries.buffer(id);
      if (surface === undefined) {
        if (id !== SVGA3D_INVALID_ID) {
          return false;
        }
        continue;
      }
      const at = AT.VERTEX_BUFFERS + i * VERTEX_BUFFER.WORDS;
      const stride = this.#state.words[at + VERTEX_BUFFER.STRIDE];
      const offset = this.#state.words[at + VERTEX_BUFFER.OFFSET];
      const size = this.#state.words[at + VERTEX_BUFFER.SIZE];
      const old = this.vertexBuffers[i];
      const isSame =
        old?.surface === surface && old.stride === stride && old.offset === offset && old.size === size;
      while (buffers.length < i) {
        buffers.push(undefined);
      }
      buffers.push(isSame ? old : { surface, stride, offset, size });
      parts.push(wholeBuffer(surface));
    }
    this.vertexBuffers = keptList(this.vertexBuffers, buffers);
    this.#vertexParts = parts;
    return true;
  }

  resolveIndexBuffer(changed: number): boolean {
    if ((changed & PART.INDEX_BUFFER) === 0) {
      return true;
    }
    const id = this.#state.id(dxSlots.indexBuffer);
    const surface = this.#entries.buffer(id);
    const format = this.#state.words[AT.INDEX_FORMAT];
    if (id === SVGA3D_INVALID_ID || surface === undefined || (format !== R16_UINT && format !== R32_UINT)) {
      this.indexBuffer = undefined;
      this.#indexPart = [];
      return id === SVGA3D_INVALID_ID;
    }
    const indexBytes = format === R16_UINT ? 2 : 4;
    const { words } = this.#state;
    this.indexBuffer = { surface, offset: words[AT.INDEX_OFFSET], size: words[AT.INDEX_SIZE], indexBytes };
    this.#indexPart = [wholeBuffer(surface)];
    return true;
  }

  resolveStreamOutput(changed: number): boolean {
    if ((changed & PART.STREAM_OUTPUT) === 0) {
      return true;
    }
    this.streamOutput = undefined;
    this.streamParts = [];
    const id = this.#state.id(dxSlots.streamOutput);
    if (id === SVGA3D_INVALID_ID) {
      return true;
    }
    const layout = this.#entries.streamOutput(id);
    const targets: (StreamTarget | undefined)[] = [];
    for (let i = 0; i < dxSlots.streamOutputTargets.count; i++) {
      const sid = this.#state.id(dxSlots.streamOutputTargets, i);
      const target = sid === SVGA3D_INVALID_ID ? undefined : this.#streamTarget(sid, i);
      if (target === undefined && sid !== SVGA3D_INVALID_ID) {
        return false;
      }
      targets.push(target);
    }
    if (layout === undefined) {
      return false;
    }
    this.streamOutput = { layout, targets };
    return true;
  }

  #streamTarget(sid: number, index: number): StreamTarget | undefined {
    const surface = this.#entries.buffer(sid);
    if (surface === undefined) {
      return undefined;
    }
    this.streamParts = [...this.streamParts, wholeBuffer(surface)];
    const at = AT.STREAM_TARGETS + index * STREAM_TARGET.WORDS;
    const stated = this.#state.words[at + STREAM_TARGET.OFFSET];
    const appends = stated === APPEND;
    const offset = appends ? 0 : Math.min(stated, surface.layout.bytes);
    const size = Math.min(this.#state.words[at + STREAM_TARGET.SIZE], surface.layout.bytes - offset);
    return { surface, offset, size, appends };
  }

  /** Vertices have been streamed out: those of the next draw follow them. */
  streamed(): void {
    const state = this.#state;
    for (let i = 0; i < dxSlots.streamOutputTargets.count; i++) {
      const at = AT.STREAM_TARGETS + i * STREAM_TARGET.WORDS;
      const offset = state.words[at + STREAM_TARGET.OFFSET];
      if (state.id(dxSlots.streamOutputTargets, i) !== SVGA3D_INVALID_ID && offset !== APPEND) {
        const end = Math.min(offset + state.words[at + STREAM_TARGET.SIZE], 0xffff_ffff);
        state.set(at + STREAM_TARGET.SIZE, end, PART.STREAM_OUTPUT);
        state.set(at + STREAM_TARGET.OFFSET, APPEND, PART.STREAM_OUTPUT);
      }
    }
  }
}
