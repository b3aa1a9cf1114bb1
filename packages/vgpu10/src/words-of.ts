/** The words of floats: a view, not a copy. A function, so that a bundle without its callers can leave the view out. */
export function wordsOf(floats: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(floats.buffer);
}
