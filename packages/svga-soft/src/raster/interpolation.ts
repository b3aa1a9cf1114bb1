/** A vertex in the window: x and y in 256ths of a pixel, whole numbers. */
export interface WindowVertex {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** The reciprocal of the clip space w. */
  readonly inverseW: number;
  /** The registers as floats. */
  readonly values: Float32Array;
}

/** A weight as a function of the place: (dx × x + dy × y) / scale, from the first vertex on. */
export interface WeightSlope {
  readonly dx: number;
  readonly dy: number;
  readonly scale: number;
}

const NONE: WeightSlope = { dx: 0, dy: 0, scale: 1 };

/**
 * Interpolates between up to three vertices: each value is that of the first vertex, plus weighted differences of the
 * others, so that equal values stay as they are.
 */
export class Interpolation {
  /** Set by `locate`. */
  z = 0;
  inverseW = 0;
  readonly #weights = { linear1: 0, linear2: 0, perspective1: 0, perspective2: 0 };

  constructor(
    private readonly first: WindowVertex,
    private readonly second: WindowVertex,
    private readonly third: WindowVertex,
    private readonly slope1: WeightSlope,
    private readonly slope2: WeightSlope,
    private readonly depthBias: number,
  ) {}

  /** Of a triangle; `area` is twice its area. */
  static triangle(
    [a, b, c]: readonly [WindowVertex, WindowVertex, WindowVertex],
    area: number,
    depthBias: number,
  ): Interpolation {
    const slope1 = { dx: c.y - a.y, dy: a.x - c.x, scale: area };
    const slope2 = { dx: a.y - b.y, dy: b.x - a.x, scale: area };
    return new Interpolation(a, b, c, slope1, slope2, depthBias);
  }

  /** Of a line: along the axis on which it is longer. */
  static line(a: WindowVertex, b: WindowVertex, depthBias: number): Interpolation {
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const isSteep = Math.abs(dy) > Math.abs(dx);
    const slope = isSteep ? { dx: 0, dy: 1, scale: dy } : { dx: 1, dy: 0, scale: dx === 0 ? 1 : dx };
    return new Interpolation(a, b, a, slope, NONE, depthBias);
  }

  static point(a: WindowVertex): Interpolation {
    return new Interpolation(a, a, a, NONE, NONE, 0);
  }

  /** Moves to a place in 256ths of a pixel. */
  locate(x: number, y: number): void {
    const { first, second, third, slope1, slope2 } = this;
    const weights = this.#weights;
    const [dx, dy] = [x - first.x, y - first.y];
    const linear1 = (dx * slope1.dx + dy * slope1.dy) / slope1.scale;
    const linear2 = (dx * slope2.dx + dy * slope2.dy) / slope2.scale;
    weights.linear1 = linear1;
    weights.linear2 = linear2;
    const w0 = first.inverseW;
    const inverseW = w0 + linear1 * (second.inverseW - w0) + linear2 * (third.inverseW - w0);
    weights.perspective1 = (linear1 * second.inverseW) / inverseW;
    weights.perspective2 = (linear2 * third.inverseW) / inverseW;
    this.inverseW = inverseW;
    this.z = first.z + linear1 * (second.z - first.z) + linear2 * (third.z - first.z) + this.depthBias;
  }

  /** A component at the place, by its index in the registers. */
  perspective(i: number): number {
    const { perspective1, perspective2 } = this.#weights;
    return this.#mix(i, perspective1, perspective2);
  }

  linear(i: number): number {
    const { linear1, linear2 } = this.#weights;
    return this.#mix(i, linear1, linear2);
  }

  #mix(i: number, weight1: number, weight2: number): number {
    const value = this.first.values[i];
    return value + weight1 * (this.second.values[i] - value) + weight2 * (this.third.values[i] - value);
  }
}

/** The steepest slope of depth over a pixel, of a triangle with twice the area `area`. */
export function depthSlope(
  [a, b, c]: readonly [WindowVertex, WindowVertex, WindowVertex],
  area: number,
): number {
  const [z1, z2] = [b.z - a.z, c.z - a.z];
  const x = (z1 * (c.y - a.y) + z2 * (a.y - b.y)) / area;
  const y = (z1 * (a.x - c.x) + z2 * (b.x - a.x)) / area;
  return 256 * Math.max(Math.abs(x), Math.abs(y));
}
