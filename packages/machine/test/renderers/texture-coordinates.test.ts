import { expect, it } from 'vitest';
import { ON_FACE, ORIGINS, SCALES, TEXTURE_SIDES } from './texture-coordinates.js';

/** Places of samples and of centres, in a row of pixels of any target. */
const PLACES = Array.from({ length: 8 * 24 }, (_, i) => i / 8);
const LEVELS = [0, 1, 2];
const SIZES = TEXTURE_SIDES.flatMap((side) => LEVELS.map((level) => side >> level));
/** How exactly a renderer has to place coordinates, in texels. */
const DISTANCE = 1 / 512;

/** Those of some coordinates that are near edges or centres of texels. */
function near(coordinates: readonly number[], sizes: readonly number[]): number[] {
  return coordinates.filter((at) =>
    sizes.some((size) => {
      const halves = 2 * at * size;
      return Math.abs(halves - Math.round(halves)) < 2 * DISTANCE;
    }),
  );
}

it('no coordinate of a scene is on an edge of a texel or at its centre', () => {
  for (const scale of SCALES) {
    for (const origin of ORIGINS.flat()) {
      expect(
        near(
          PLACES.map((place) => place * scale + origin),
          SIZES,
        ),
      ).toEqual([]);
    }
  }
});

it('nor is one of a cube, which has one level', () => {
  for (const origin of ON_FACE.origin) {
    const onFace = PLACES.map((place) => place * ON_FACE.scale + origin);
    expect(
      near(
        onFace.map((at) => (at + 1) / 2),
        TEXTURE_SIDES,
      ),
    ).toEqual([]);
    expect(Math.max(...onFace)).toBeLessThan(1);
  }
});
