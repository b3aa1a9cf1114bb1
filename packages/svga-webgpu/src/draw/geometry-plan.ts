import type { PrimitiveTopology } from '@cg/vgpu10';
import { SVGA3D_FILLMODE, SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import { bufferEnd, type DrawCall, type IndexBuffer, type PipelineState } from '@cg/svga-device';
import { canRestart, listPrimitives, RESTART, topologyOf, type ListedAs } from './primitive-list.js';

/** The most indices that are listed for a draw. */
const MOST_LISTED = 1 << 20;

/** How the vertices of a draw come. */
export interface GeometryPlan {
  readonly topology: PrimitiveTopology;
  /** The index buffer, as it is. */
  readonly indices: IndexBuffer | undefined;
  /** Indices that were listed on the CPU. */
  readonly list: Uint32Array | undefined;
  /** Vertices or indices of an instance. */
  readonly count: number;
}

/** Indices as a draw without an index buffer has them. */
function countingIndices(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** The indices of a draw; those beyond the end of the buffer are 0. */
function readIndices(buffer: IndexBuffer, first: number, count: number, restarts: boolean): Uint32Array {
  const { surface, offset, indexBytes } = buffer;
  const image = surface.ownImage;
  const indices = new Uint32Array(count);
  if (image === undefined) {
    return indices;
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const start = offset + first * indexBytes;
  const available = Math.max(0, Math.min(count, Math.floor((bufferEnd(buffer) - start) / indexBytes)));
  for (let i = 0; i < available; i++) {
    const at = start + i * indexBytes;
    const index = indexBytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    indices[i] = restarts && indexBytes === 2 && index === 0xffff ? RESTART : index;
  }
  return indices;
}

function isOfTriangles(primitive: number): boolean {
  return (
    primitive === SVGA3D_PRIMITIVE.TRIANGLELIST ||
    primitive === SVGA3D_PRIMITIVE.TRIANGLESTRIP ||
    primitive === SVGA3D_PRIMITIVE.TRIANGLEFAN ||
    primitive === SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ ||
    primitive === SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ
  );
}

/** What the primitives are listed as: an outline, points, or themselves. */
function listedAs(state: PipelineState, assembles: boolean): ListedAs {
  if (state.geometry !== undefined) {
    return 'adjacent';
  }
  const fill = state.rasterizer?.fillMode ?? SVGA3D_FILLMODE.FILL;
  if (!assembles && isOfTriangles(state.topology)) {
    return fill === SVGA3D_FILLMODE.LINE ? 'lines' : fill === SVGA3D_FILLMODE.POINT ? 'points' : 'own';
  }
  return 'own';
}

/**
 * Plans how the vertices of a draw come.
 * @param assembles shaders assemble the primitives: those of a geometry shader, or the passes of stream output
 * @returns undefined if there is nothing to draw
 */
export function planGeometry(
  state: PipelineState,
  call: DrawCall,
  count: number,
  assembles: boolean,
): GeometryPlan | undefined {
  const { topology: primitive, indexBuffer } = state;
  const topology = topologyOf(primitive);
  if (!needsList(state, call, count, assembles)) {
    const indices = call.indexed ? indexBuffer : undefined;
    return topology === undefined || count === 0 ? undefined : { topology, indices, list: undefined, count };
  }
  const listed = Math.min(count, MOST_LISTED);
  if (listed === 0) {
    return undefined;
  }
  const vertices = !call.indexed
    ? countingIndices(listed)
    : indexBuffer === undefined
      ? new Uint32Array(listed)
      : readIndices(indexBuffer, call.firstVertex, listed, canRestart(primitive));
  const as = listedAs(state, assembles);
  if (topology !== undefined && as === 'own' && !assembles && !topology.endsWith('ADJ')) {
    return { topology, indices: undefined, list: vertices, count: listed };
  }
  const list = listPrimitives(primitive, vertices, as);
  return list === undefined || list.indices.length === 0
    ? undefined
    : { topology: list.topology, indices: undefined, list: list.indices, count: list.indices.length };
}

/** How many indices are listed on the CPU, for what shaders assemble and for what is drawn. */
export function listedIndices(state: PipelineState, call: DrawCall, count: number): number {
  const assembles = state.streamOutput !== undefined || state.geometry !== undefined;
  const kinds = assembles ? [true, false] : [false];
  return Math.min(count, MOST_LISTED) * kinds.filter((each) => needsList(state, call, count, each)).length;
}

/** Whether the indices of a draw are listed on the CPU, from the bytes of the index buffer. */
export function needsList(state: PipelineState, call: DrawCall, count: number, assembles: boolean): boolean {
  const { topology: primitive, indexBuffer, geometry } = state;
  const topology = topologyOf(primitive);
  const as = listedAs(state, assembles);
  const isAdjacent = topology?.endsWith('ADJ') === true;
  if (topology === undefined || (isAdjacent && geometry === undefined) || as === 'lines' || as === 'points') {
    return true;
  }
  if (!call.indexed) {
    return false;
  }
  if (indexBuffer === undefined || !indexBuffer.surface.layout.format.buffer) {
    return true;
  }
  if (assembles) {
    return canRestart(primitive);
  }
  const { offset, indexBytes } = indexBuffer;
  const end = offset + (call.firstVertex + count) * indexBytes;
  return offset % indexBytes !== 0 || end > bufferEnd(indexBuffer);
}
