/** Shorter runs are copied byte by byte: a view of them would cost more than the copy. */
export const VIEW_FROM_BYTES = 96;

/** The same bytes as words; undefined where they are not aligned. */
export function wordsOf(bytes: Uint8Array): Uint32Array | undefined {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, Math.floor(byteLength / 4)) : undefined;
}

/** Copies between two arrays that share no bytes, or within one, where the ranges may overlap. */
export function copyBytes(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (from === to) {
    to.copyWithin(at, start, start + length);
  } else if (length < VIEW_FROM_BYTES) {
    for (let i = 0; i < length; i++) {
      to[at + i] = from[start + i];
    }
  } else {
    to.set(from.subarray(start, start + length), at);
  }
}
