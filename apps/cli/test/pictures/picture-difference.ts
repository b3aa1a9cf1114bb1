import type { Picture } from '@cg/svga-device';

/** Red, green and blue of a pixel. */
export type ColorAt = (x: number, y: number) => readonly number[];

/** Both sides of a picture. */
export const SIZE = 256;
const AROUND = [-1, 0, 1];
/** Where an expected picture changes by more from a pixel to the next, there is an edge. */
const EDGE = 8;

/** How far a picture is from the expected one. */
export interface PictureDifference {
  /** Pixels beside an edge of the expected picture that differ by more than is allowed. */
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

/** Whether a pixel is beside an edge: rasterisers may decide there in another way. */
function isOnEdge(expected: ColorAt, x: number, y: number): boolean {
  const color = expected(x, y);
  return AROUND.some((dy) =>
    AROUND.some((dx) => {
      const [nx, ny] = [x + dx, y + dy];
      const isInside = nx >= 0 && ny >= 0 && nx < SIZE && ny < SIZE;
      return isInside && difference(color, expected(nx, ny)) > EDGE;
    }),
  );
}

/** Compares two pictures. @param allowed the difference of a channel that counts as none */
export function compare(actual: ColorAt, expected: ColorAt, allowed: number): PictureDifference {
  let [edges, most] = [0, 0];
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const off = difference(actual(x, y), expected(x, y));
      if (off > allowed && isOnEdge(expected, x, y)) {
        edges++;
      } else {
        most = Math.max(most, off);
      }
    }
  }
  return { edges, most };
}
