import type { BufferObject } from '../memory/buffer-object.js';

/**
 * A command's effect on a surface: `write` makes it GPU-dirty; `settle` makes device and backing alike, or the
 * device's content worthless; `read` changes neither.
 */
export type SurfaceEffect = 'read' | 'write' | 'settle';

/** A byte range of a buffer object that the device accesses directly, not through a surface there. */
export interface BufferRange {
  readonly object: BufferObject;
  readonly start: number;
  readonly end: number;
  readonly written: boolean;
}
