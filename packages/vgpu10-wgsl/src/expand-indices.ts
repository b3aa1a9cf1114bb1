import type { PrimitiveTopology } from '@cg/vgpu10';

/** The topologies of Direct3D, and the fans that an SVGA device has, too. */
export type DrawTopology = PrimitiveTopology | 'TRIANGLEFAN';

interface Expansion {
  readonly list: PrimitiveTopology;
  /** Vertices of a primitive. */
  readonly corners: number;
  /** How many primitives so many vertices are. */
  readonly primitives: (vertices: number) => number;
  /** The vertices of primitive `i`, of `count`. */
  readonly vertices: (i: number, count: number) => readonly number[];
}

function list(topology: PrimitiveTopology, corners: number): Expansion {
  const order = Array.from({ length: corners }, (_, corner) => corner);
  return {
    list: topology,
    corners,
    primitives: (vertices) => Math.floor(vertices / corners),
    vertices: (i) => order.map((corner) => i * corners + corner),
  };
}

const from = (least: number, step = 1) => {
  return (vertices: number) => Math.max(0, Math.floor((vertices - least) / step) + 1);
};

const expansions: Partial<Record<DrawTopology, Expansion>> = {
  POINTLIST: list('POINTLIST', 1),
  LINELIST: list('LINELIST', 2),
  TRIANGLELIST: list('TRIANGLELIST', 3),
  LINELIST_ADJ: list('LINELIST_ADJ', 4),
  TRIANGLELIST_ADJ: list('TRIANGLELIST_ADJ', 6),
  LINESTRIP: { list: 'LINELIST', corners: 2, primitives: from(2), vertices: (i) => [i, i + 1] },
  LINESTRIP_ADJ: {
    list: 'LINELIST_ADJ',
    corners: 4,
    primitives: from(4),
    vertices: (i) => [i, i + 1, i + 2, i + 3],
  },
  TRIANGLESTRIP: {
    list: 'TRIANGLELIST',
    corners: 3,
    primitives: from(3),
    vertices: (i) => (i % 2 === 0 ? [i, i + 1, i + 2] : [i, i + 2, i + 1]),
  },
  TRIANGLEFAN: {
    list: 'TRIANGLELIST',
    corners: 3,
    primitives: from(3),
    vertices: (i) => [i + 1, i + 2, 0],
  },
  TRIANGLESTRIP_ADJ: {
    list: 'TRIANGLELIST_ADJ',
    corners: 6,
    primitives: from(6, 2),
    vertices: (i, count) => {
      // The neighbours: of the edges to the triangle before, to the one after it, and of the outer edge.
      const [own, before, outer] = [2 * i, i === 0 ? 1 : 2 * i - 2, 2 * i + 3];
      const after = i === count - 1 ? 2 * i + 5 : 2 * i + 6;
      return i % 2 === 0
        ? [own, before, own + 2, after, own + 4, outer]
        : [own, outer, own + 4, after, own + 2, before];
    },
  },
};

/** The list that a topology's primitives make; undefined for UNDEFINED. */
export function listTopology(topology: DrawTopology): PrimitiveTopology | undefined {
  return expansions[topology]?.list;
}

/**
 * * The vertices of a draw as a list of primitives of {@link listTopology}: a draw with them as 32-bit indices is the
 * same one, with the same order of vertices in each primitive and the same primitive IDs. Vertices that make no whole
 * primitive are left out.
 *
 * For indexed strips and adjacent strips of triangles with geometry shaders or stream output, whose translation takes
 * no others, and for fans, which WebGPU does not have.
 * @param indices those of the draw; or the number of its vertices, without an index buffer
 * @param restart the index after which a strip or fan begins anew: 0xffff or 0xffffffff in Direct3D. Lists have none
 */
export function expandIndices(
  topology: DrawTopology,
  indices: ArrayLike<number> | number,
  restart?: number,
): Uint32Array {
  const expansion = expansions[topology];
  if (expansion === undefined) {
    return new Uint32Array();
  }
  const { corners, primitives, vertices } = expansion;
  const length = typeof indices === 'number' ? indices : indices.length;
  const indexAt = (i: number): number => (typeof indices === 'number' ? i : indices[i]);
  const cuts = expansion.list !== topology && typeof indices !== 'number' ? restart : undefined;
  const runs: { readonly start: number; readonly count: number }[] = [];
  let total = 0;
  for (let start = 0, end = cuts === undefined ? length : 0; end <= length; end++) {
    if (end === length || indexAt(end) === cuts) {
      const count = primitives(end - start);
      runs.push({ start, count });
      total += count;
      start = end + 1;
    }
  }
  const expanded = new Uint32Array(corners * total);
  let at = 0;
  for (const { start, count } of runs) {
    for (let i = 0; i < count; i++) {
      for (const vertex of vertices(i, count)) {
        expanded[at++] = indexAt(start + vertex);
      }
    }
  }
  return expanded;
}
