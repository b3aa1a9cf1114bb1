import { dxSlots, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { SlotGroup } from '@cg/svga-protocol';

/** Parts of the state that are resolved together; the first six are the stages, by SVGA3dShaderType less 1. */
export const PART = {
  VERTEX: 1 << 0,
  PIXEL: 1 << 1,
  GEOMETRY: 1 << 2,
  INPUT_LAYOUT: 1 << 6,
  VERTEX_BUFFERS: 1 << 7,
  INDEX_BUFFER: 1 << 8,
  TARGETS: 1 << 9,
  BLEND: 1 << 10,
  DEPTH_STENCIL: 1 << 11,
  RASTERIZER: 1 << 12,
  VIEWPORTS: 1 << 13,
  SCISSORS: 1 << 14,
  STREAM_OUTPUT: 1 << 15,
  TOPOLOGY: 1 << 16,
  ALL: (1 << 17) - 1,
} as const;

/** SVGA3D_DX_MAX_VIEWPORTS and SVGA3D_DX_MAX_SCISSORRECTS of svga3d_dx.h. */
export const MAX_VIEWPORTS = 16;

/** Words of the values that a slot has besides its id. */
export const CONSTANT = { OFFSET: 0, SIZE: 1, WORDS: 2 } as const;
export const VERTEX_BUFFER = { STRIDE: 0, OFFSET: 1, SIZE: 2, WORDS: 3 } as const;
export const STREAM_TARGET = { OFFSET: 0, SIZE: 1, WORDS: 2 } as const;
export const VIEWPORT_WORDS = 6;
export const SCISSOR_WORDS = 4;

const SLOTS = dxSlots.predication.first + dxSlots.predication.count;

let next = SLOTS;
function room(words: number): number {
  next += words;
  return next - words;
}

/** Places of words: the ids of all slots by their numbers come first. */
const constants = dxSlots.constantBuffers.map(({ count }) => room(count * CONSTANT.WORDS));
export const AT = {
  /** Of a constant buffer's values, by SVGA3dShaderType less 1. */
  CONSTANTS: constants,
  VERTEX_BUFFERS: room(dxSlots.vertexBuffers.count * VERTEX_BUFFER.WORDS),
  INDEX_FORMAT: room(1),
  INDEX_OFFSET: room(1),
  INDEX_SIZE: room(1),
  STREAM_TARGETS: room(dxSlots.streamOutputTargets.count * STREAM_TARGET.WORDS),
  BLEND_FACTOR: room(4),
  SAMPLE_MASK: room(1),
  STENCIL_REFERENCE: room(1),
  PREDICATE_VALUE: room(1),
  TOPOLOGY: room(1),
  VIEWPORT_COUNT: room(1),
  VIEWPORTS: room(MAX_VIEWPORTS * VIEWPORT_WORDS),
  SCISSOR_COUNT: room(1),
  SCISSORS: room(MAX_VIEWPORTS * SCISSOR_WORDS),
} as const;

const WORDS = next;

/** What the commands of a DX context have set: numbers, which are interpreted when a draw uses them. */
export class DxState {
  static readonly BYTES = 4 * WORDS;
  readonly words = new Uint32Array(WORDS);
  readonly floats = new Float32Array(this.words.buffer);
  readonly integers = new Int32Array(this.words.buffer);
  /** Parts (`PART`) that have changed since they were resolved. */
  changed: number = PART.ALL;

  constructor() {
    this.reset();
  }

  /** The state of a new context. */
  reset(): void {
    this.words.fill(0);
    this.words.fill(SVGA3D_INVALID_ID, 0, SLOTS);
    this.floats.fill(1, AT.BLEND_FACTOR, AT.BLEND_FACTOR + 4);
    this.words[AT.SAMPLE_MASK] = 0xffff_ffff;
    this.changed = PART.ALL;
  }

  /** All of it, as bytes. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer);
  }

  /** The words were replaced. @returns whether they can be a state */
  restored(): boolean {
    this.changed = PART.ALL;
    return this.words[AT.VIEWPORT_COUNT] <= MAX_VIEWPORTS && this.words[AT.SCISSOR_COUNT] <= MAX_VIEWPORTS;
  }

  /** The id in a slot of a group. */
  id(group: SlotGroup, index = 0): number {
    return this.words[group.first + index];
  }

  set(at: number, word: number, part: number): void {
    if (this.words[at] !== word >>> 0) {
      this.words[at] = word;
      this.changed |= part;
    }
  }

  setFloat(at: number, value: number, part: number): void {
    const before = this.words[at];
    this.floats[at] = value;
    if (this.words[at] !== before) {
      this.changed |= part;
    }
  }

  setId(group: SlotGroup, index: number, id: number, part: number): void {
    this.set(group.first + index, id, part);
  }

  /** Sets the slots of a group from the first one on, and empties the rest. */
  setIds(group: SlotGroup, count: number, ids: readonly number[], part: number): void {
    for (let i = 0; i < count; i++) {
      this.setId(group, i, i < ids.length ? ids[i] : SVGA3D_INVALID_ID, part);
    }
  }
}
