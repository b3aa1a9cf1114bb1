/**
 * Where scenes read textures: never on the edge of a texel, nor at its centre, where renderers need not choose the same
 * texels (findings/swiftshader-texel-edges.sh).
 */

/** Sides of a grid of pixels over which coordinates of textures go from 0 to 1. */
const COORDINATE_SIDE = 16;

/** Sides of textures; their levels have halves and quarters of them. */
export const TEXTURE_SIDES = [4, 8, 12, 16, 24];

/** Coordinates for each pixel. */
export const SCALES = [1 / COORDINATE_SIDE, 4 / COORDINATE_SIDE, 1 / (2 * COORDINATE_SIDE)];

/** Samples lie at eighths of a pixel: coordinates are at multiples of 1/256 then, and this is between them. */
const BETWEEN = 1 / 512;

/** Coordinates of pixel 0, to the right and down. */
export const ORIGINS = [0, -0.25].map((left) => [left + 1 / 64 + BETWEEN, left + 3 / 64 + BETWEEN] as const);

/** Coordinates within a face of a cube, from −1 to 1, for each pixel and of pixel 0: none is between two faces. */
export const ON_FACE = { scale: 1 / 32, origin: [5 / 256 + BETWEEN, 9 / 256 + BETWEEN] } as const;
