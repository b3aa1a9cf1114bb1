/** Pixels that may be drawn; `right` and `bottom` are exclusive. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function intersect(a: Bounds, b: Bounds): Bounds {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

export function isEmpty({ left, top, right, bottom }: Bounds): boolean {
  return !(left < right && top < bottom);
}

/**
 * Takes quads of 2 × 2 pixels.
 * @param x of the upper left pixel, an even number, as is y
 * @param masks of each pixel the samples that are covered: upper left, upper right, lower left, lower right
 */
export type QuadSink = (x: number, y: number, masks: Int32Array) => void;
