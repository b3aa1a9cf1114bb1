import { SVGA3D_TEX_ADDRESS } from '@cg/svga-protocol';

/** The remainder that is not negative. */
function modulo(value: number, size: number): number {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}

/** The texel of an axis that stands for one at any place; −1 for the border. An unknown mode is CLAMP. */
export function addressed(mode: number, texel: number, size: number): number {
  if (texel >= 0 && texel < size) {
    return texel;
  }
  switch (mode) {
    case SVGA3D_TEX_ADDRESS.WRAP:
      return modulo(texel, size);
    case SVGA3D_TEX_ADDRESS.MIRROR: {
      const place = modulo(texel, 2 * size);
      return place < size ? place : 2 * size - 1 - place;
    }
    case SVGA3D_TEX_ADDRESS.BORDER:
      return -1;
    case SVGA3D_TEX_ADDRESS.MIRRORONCE:
      return Math.min(texel < 0 ? -1 - texel : texel, size - 1);
    default:
      return texel < 0 ? 0 : size - 1;
  }
}
