import type { Picture } from '@cg/svga-device';

/** Red, green and blue of a pixel. */
export type ColorAt = (x: number, y: number) => readonly number[];

/** Both sides of a picture. */
export const SIZE = 256;
const AROUND = [-1, 0, 1];

/** How far two pictures differ. */
export interface PictureDifference {
  /** Pixels that differ by more than is allowed, and have the colour of a neighbour in the other picture. */
  readonly edges: number;
  /** The largest difference of a channel in all other pixels. */
  readonly most: number;
}

/** The colours of a picture whose last row is first. */
export function colorsOf({ width, height, pixels }: Picture): ColorAt {
  return (x, y) => {
    const at = 4 * ((height - 1 - y) * width + x);
    return [pixels[at], pixels[at + 1], pixels[at + 2]];
  };
}

function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

/** Whether the colour is that of a pixel beside this one: where rasterisers decide on an edge in another way. */
function isOfNeighbour(color: readonly number[], expected: ColorAt, x: number, y: number): boolean {
  return AROUND.some((dy) =>
    AROUND.some((dx) => {
      const [nx, ny] = [x + dx, y + dy];
      const isInside = nx >= 0 && ny >= 0 && nx < SIZE && ny < SIZE;
      return isInside && difference(color, expected(nx, ny)) <= 1;
    }),
  );
}

/** Compares two pictures. @param allowed the difference of a channel that is none */
export function compare(actual: ColorAt, expected: ColorAt, allowed: number): PictureDifference {
  let [edges, most] = [0, 0];
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const color = actual(x, y);
      const off = difference(color, expected(x, y));
      if (off > allowed && isOfNeighbour(color, expected, x, y)) {
        edges++;
      } else {
        most = Math.max(most, off);
      }
    }
  }
  return { edges, most };
}
