/** Fills `texels` texels from `offset` on with one of `texel.length` bytes. */
export function fillTexels(image: Uint8Array, offset: number, texels: number, texel: Uint8Array): void {
  if (texels === 0) {
    return;
  }
  const end = offset + texels * texel.length;
  image.set(texel, offset);
  // Each round doubles the filled part.
  for (let filled = texel.length; offset + filled < end; filled *= 2) {
    image.copyWithin(offset + filled, offset, Math.min(offset + filled, end - filled));
  }
}

/** Sets those bits of `texels` texels from `offset` on that are set in `mask`, to those of `texel`. */
export function fillMasked(
  image: Uint8Array,
  offset: number,
  texels: number,
  texel: Uint8Array,
  mask: Uint8Array,
): void {
  const bytes = texel.length;
  const end = offset + texels * bytes;
  for (let i = 0; i < bytes; i++) {
    const set = texel[i] & mask[i];
    const kept = ~mask[i];
    for (let at = offset + i; mask[i] !== 0 && at < end; at += bytes) {
      image[at] = (image[at] & kept) | set;
    }
  }
}
