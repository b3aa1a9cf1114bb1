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
