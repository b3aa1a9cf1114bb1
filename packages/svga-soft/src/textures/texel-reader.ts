/** Reads texels of a format. */
export interface TexelReader {
  readonly kind: 'color' | 'depth' | 'sint' | 'uint';
  /**
   * Reads a texel as red, green, blue, alpha.
   * @param at the first byte of its block
   * @param x in the block, as is y
   */
  readonly read: (image: Uint8Array, at: number, x: number, y: number, color: Float64Array) => void;
}
