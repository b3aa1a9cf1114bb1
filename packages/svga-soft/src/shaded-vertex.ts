import type { RegisterFile } from '@cg/vgpu10';

/** What the last shader before the rasteriser gave out for a vertex. */
export class ShadedVertex {
  /** The same registers as floats. */
  readonly floats: Float32Array;

  constructor(readonly words: RegisterFile) {
    this.floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  }
}

/** Takes primitives, and draws them or streams them out. */
export interface PrimitiveSink {
  /**
   * @param vertices 1 to 3; adjacent ones are left out
   * @param id the number of the primitive in its instance
   */
  primitive(vertices: readonly ShadedVertex[], id: number): void;
}
