import type { BufferObject } from '../memory/buffer-object.js';

/**
 * What a command does to a surface: `write` leaves its newest content on the device; `settle` makes device and
 * backing alike, or what the device has worthless; `read` changes neither.
 */
export type SurfaceEffect = 'read' | 'write' | 'settle';

/** A byte range of a buffer object that the device reads or writes itself, without a surface that lies there. */
export interface BufferRange {
  readonly object: BufferObject;
  readonly start: number;
  readonly end: number;
  readonly written: boolean;
}
