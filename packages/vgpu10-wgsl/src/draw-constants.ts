import { BINDINGS, GROUPS } from './bindings.js';
import type { StageName } from './errors.js';
import type { PipelineKey, StageResources } from './key.js';
import type { ModuleText } from './module/module-text.js';
import { texelLayout, type TexelFormat } from './texel-format.js';

/**
 * * Where the constants of a draw lie in their uniform buffer, in rows of four u32:
 *
 * - row 0: the base that is added to vertex indices (the first vertex, or the base vertex as two's complement), the
 *   first instance, the vertices or indices of an instance, the instances
 * - row 1: the byte at which the indices begin, the indices from there to the end of their buffer, the layer and the
 *   viewport that are drawn: see {@link shownOf}
 * - a row for each attribute of the key: see {@link attributeRow}
 * - a row for each texture buffer: the byte of the first element, the elements
 * - a row if the pixel shader reads the number of the primitive: that of the first one of the draw call, which is added
 * - rows for the stream output buffers 0 to 3: the byte at which writing begins, the byte at which the buffer ends,
 *   the bytes of a vertex; all are multiples of 4. Of the first row the last word is the number of the primitive, of
 *   all instances, with which a dispatch of a pass begins
 *
 * Draw calls themselves have no base vertex. A first vertex, or a first instance, of theirs is one of those that the
 * draw has: so a draw is made of several calls, whose shaders see the same numbers.
 */
export interface DrawLayout {
  readonly rows: number;
  /** The row of each attribute of the key. */
  readonly attributes: readonly number[];
  readonly buffers: readonly { readonly stage: StageName; readonly slot: number; readonly row: number }[];
  /** The row of the first primitive's number, if the pixel shader reads numbers of primitives. */
  readonly primitives: number | undefined;
  /** The first of four rows, if there is stream output. */
  readonly streams: number | undefined;
}

const FIXED_ROWS = 2;
const STREAM_BUFFERS = 4;
const STAGES = ['vertex', 'geometry', 'pixel'] as const;

export function drawLayout(key: PipelineKey, countsPrimitives: boolean): DrawLayout {
  const attributes = (key.attributes ?? []).map((_, i) => FIXED_ROWS + i);
  let rows = FIXED_ROWS + attributes.length;
  const buffers = STAGES.flatMap((stage) =>
    bufferSlots(key[stage]).map((slot) => ({ stage, slot, row: rows++ })),
  );
  const primitives = countsPrimitives ? rows++ : undefined;
  const streams = key.streamOutput === undefined ? undefined : rows;
  rows += streams === undefined ? 0 : STREAM_BUFFERS;
  return { rows, attributes, buffers, primitives, streams };
}

function bufferSlots({ views = {} }: StageResources = {}): number[] {
  return Object.entries(views)
    .filter(([, { dimension }]) => dimension === 'buffer')
    .map(([slot]) => Number(slot));
}

/** Declares the draw's constants. @returns the expression of a row */
export function drawRow(module: ModuleText, { rows }: DrawLayout, row: number): string {
  module.bindings.add(
    {
      group: GROUPS.draw,
      binding: BINDINGS.drawConstants,
      resource: { kind: 'drawConstants' },
      buffer: { type: 'uniform', minBindingSize: 16 * rows },
    },
    `var<uniform> draw: array<vec4u, ${rows}>`,
  );
  return `draw[${row}]`;
}

/**
 * A word of row 1: the layer, or viewport, that is drawn. Primitives of one that is not there are drawn to the first.
 * @param count how many there are
 */
export function shownOf(which: number, count: number): number {
  return which + ((count - 1) << 16);
}

const MOST_INDEX = 0xffffffff;

/**
 * * The row of an attribute: the byte of its first element in the buffer, its stride, the elements that lie within the
 * buffer and the instances for each element. Others read as zeros.
 * @param offset in bytes: of the buffer's binding and of the attribute together
 * @param size bytes of the buffer
 * @param stepRate of an instance attribute: 0 never advances
 */
export function attributeRow(
  format: TexelFormat,
  { offset, stride, size, stepRate = 0 }: { offset: number; stride: number; size: number; stepRate?: number },
): readonly [number, number, number, number] {
  const room = size - offset - texelLayout(format).bytes;
  const elements = room < 0 ? 0 : stride === 0 ? MOST_INDEX : Math.floor(room / stride) + 1;
  return [offset, stride, elements, stepRate];
}
