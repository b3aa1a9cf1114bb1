import type { ClipPlane, ClipVertex } from './clip-planes.js';

/** Interpolates vertices where an edge is cut. */
export class Clipper {
  /**
   * @param planes inside of all of which the result is
   * @param linear words of the registers that are interpolated without perspective
   */
  constructor(
    private readonly planes: readonly ClipPlane[],
    private readonly linear: readonly number[],
  ) {}

  /** Clips a convex polygon. @returns the same one if all of it is inside, an empty one if nothing is */
  polygon(vertices: readonly ClipVertex[]): readonly ClipVertex[] {
    return this.planes.reduce((polygon, plane) => this.#cut(polygon, plane), vertices);
  }

  /** Clips a line. @returns undefined if nothing of it is inside */
  line(from: ClipVertex, to: ClipVertex): readonly [ClipVertex, ClipVertex] | undefined {
    let [start, end] = [from, to];
    for (const plane of this.planes) {
      const [a, b] = [plane(start), plane(end)];
      if (!(a >= 0) && !(b >= 0)) {
        return undefined;
      }
      if (!(a >= 0)) {
        start = this.#between(end, start, b, a);
      } else if (!(b >= 0)) {
        end = this.#between(start, end, a, b);
      }
    }
    return [start, end];
  }

  isInside(vertex: ClipVertex): boolean {
    return this.planes.every((plane) => plane(vertex) >= 0);
  }

  #cut(polygon: readonly ClipVertex[], plane: ClipPlane): readonly ClipVertex[] {
    const distances = polygon.map(plane);
    if (distances.every((distance) => distance >= 0)) {
      return polygon;
    }
    const inside: ClipVertex[] = [];
    for (let i = 0; i < polygon.length; i++) {
      const next = (i + 1) % polygon.length;
      const [a, b] = [distances[i], distances[next]];
      if (a >= 0) {
        inside.push(polygon[i]);
      }
      if (a >= 0 !== b >= 0) {
        // From the inner to the outer one, so that neighbours that share the edge get the same vertex.
        inside.push(
          a >= 0
            ? this.#between(polygon[i], polygon[next], a, b)
            : this.#between(polygon[next], polygon[i], b, a),
        );
      }
    }
    return inside.length < 3 ? [] : inside;
  }

  #between(inner: ClipVertex, outer: ClipVertex, a: number, b: number): ClipVertex {
    // A distance that is no number, or infinite, cuts at the inner vertex.
    const share = a / (a - b);
    const t = share >= 0 && share <= 1 ? share : 0;
    const mix = (from: number, to: number) => from + (to - from) * t;
    const w = mix(inner.w, outer.w);
    const values = inner.values.map((value, i) => (t === 0 ? value : mix(value, outer.values[i])));
    if (inner.w > 0 && outer.w > 0) {
      const inWindow = (t * outer.w) / w;
      for (const i of this.linear) {
        values[i] = inner.values[i] + (outer.values[i] - inner.values[i]) * inWindow;
      }
    }
    return { x: mix(inner.x, outer.x), y: mix(inner.y, outer.y), z: mix(inner.z, outer.z), w, values };
  }
}
