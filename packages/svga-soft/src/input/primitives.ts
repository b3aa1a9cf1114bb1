import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';

/** Which vertices of a draw make a primitive, for geometry shaders: `corners` of them, `own` without the adjacent. */
export interface Topology {
  readonly kind: 'POINT' | 'LINE' | 'TRIANGLE' | 'LINE_ADJ' | 'TRIANGLE_ADJ';
  readonly corners: number;
  readonly own: readonly number[];
  /** Whether a primitive shares vertices with the one before, and indices of all bits set begin anew. */
  readonly isStrip: boolean;
  /** How many primitives so many vertices make. */
  readonly count: (vertices: number) => number;
  /**
   * The places of a primitive's vertices.
   * @param i the number of the primitive
   * @param count the number of primitives
   */
  readonly places: (i: number, count: number, corners: Float64Array) => void;
}

type Shape = Pick<Topology, 'kind' | 'corners' | 'own'>;

const point: Shape = { kind: 'POINT', corners: 1, own: [0] };
const line: Shape = { kind: 'LINE', corners: 2, own: [0, 1] };
const triangle: Shape = { kind: 'TRIANGLE', corners: 3, own: [0, 1, 2] };
const lineAdjacent: Shape = { kind: 'LINE_ADJ', corners: 4, own: [1, 2] };
const triangleAdjacent: Shape = { kind: 'TRIANGLE_ADJ', corners: 6, own: [0, 2, 4] };

function list(shape: Shape): Topology {
  const { corners: size } = shape;
  return {
    ...shape,
    isStrip: false,
    count: (vertices) => Math.floor(vertices / size),
    places: (i, _, corners) => {
      for (let corner = 0; corner < size; corner++) {
        corners[corner] = i * size + corner;
      }
    },
  };
}

function strip(shape: Shape, places: Topology['places']): Topology {
  return {
    ...shape,
    isStrip: true,
    count: (vertices) => Math.max(vertices - shape.corners + 1, 0),
    places,
  };
}

function set(into: Float64Array, ...places: readonly number[]): void {
  into.set(places);
}

/** Every other triangle has its second and third vertex swapped, so that all of them turn the same way. */
const topologies: Readonly<Record<number, Topology>> = {
  [SVGA3D_PRIMITIVE.POINTLIST]: list(point),
  [SVGA3D_PRIMITIVE.LINELIST]: list(line),
  [SVGA3D_PRIMITIVE.TRIANGLELIST]: list(triangle),
  [SVGA3D_PRIMITIVE.LINELIST_ADJ]: list(lineAdjacent),
  [SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ]: list(triangleAdjacent),
  [SVGA3D_PRIMITIVE.LINESTRIP]: strip(line, (i, _, into) => set(into, i, i + 1)),
  [SVGA3D_PRIMITIVE.LINESTRIP_ADJ]: strip(lineAdjacent, (i, _, into) => set(into, i, i + 1, i + 2, i + 3)),
  [SVGA3D_PRIMITIVE.TRIANGLESTRIP]: strip(triangle, (i, _, into) => {
    const odd = i % 2;
    set(into, i, i + 1 + odd, i + 2 - odd);
  }),
  // The hub comes last: the first vertex is the one that provokes.
  [SVGA3D_PRIMITIVE.TRIANGLEFAN]: strip(triangle, (i, _, into) => set(into, i + 1, i + 2, 0)),
  [SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ]: {
    ...strip(triangleAdjacent, (i, count, into) => {
      const at = 2 * i;
      const before = i === 0 ? 1 : at - 2;
      const behind = i === count - 1 ? at + 5 : at + 6;
      if (i % 2 === 0) {
        set(into, at, before, at + 2, behind, at + 4, at + 3);
      } else {
        set(into, at, at + 3, at + 4, behind, at + 2, before);
      }
    }),
    count: (vertices) => Math.max(Math.floor((vertices - 4) / 2), 0),
  },
};

/** The topology of a SVGA3D_PRIMITIVE; undefined for patches and unknown ones. */
export function topologyOf(primitive: number): Topology | undefined {
  return topologies[primitive];
}
