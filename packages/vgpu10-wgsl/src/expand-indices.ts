import type { PrimitiveTopology } from '@cg/vgpu10';

/** The topologies of Direct3D, and the fans that an SVGA device has, too. */
export type DrawTopology = PrimitiveTopology | 'TRIANGLEFAN';

interface Expansion {
  readonly list: PrimitiveTopology;
  /** How many vertices further the next primitive begins. */
  readonly step: number;
  /** Vertices of the first primitive. */
  readonly least: number;
  /** The vertices of primitives with even numbers, counted from where they begin, and of those with odd ones. */
  readonly even: readonly number[];
  readonly odd: readonly number[];
  /** The last vertex of each primitive is the first one of all. */
  readonly isFan?: boolean;
  /** The neighbours before the first primitive, and after the last one, are other vertices. */
  readonly hasEnds?: boolean;
}

function list(topology: PrimitiveTopology, corners: number): Expansion {
  const order = Array.from({ length: corners }, (_, corner) => corner);
  return { list: topology, step: corners, least: corners, even: order, odd: order };
}

function strip(topology: PrimitiveTopology, even: readonly number[], odd = even): Expansion {
  return { list: topology, step: 1, least: even.length, even, odd };
}

const expansions: Partial<Record<DrawTopology, Expansion>> = {
  POINTLIST: list('POINTLIST', 1),
  LINELIST: list('LINELIST', 2),
  TRIANGLELIST: list('TRIANGLELIST', 3),
  LINELIST_ADJ: list('LINELIST_ADJ', 4),
  TRIANGLELIST_ADJ: list('TRIANGLELIST_ADJ', 6),
  LINESTRIP: strip('LINELIST', [0, 1]),
  LINESTRIP_ADJ: strip('LINELIST_ADJ', [0, 1, 2, 3]),
  TRIANGLESTRIP: strip('TRIANGLELIST', [0, 1, 2], [0, 2, 1]),
  TRIANGLEFAN: { ...strip('TRIANGLELIST', [1, 2, 0]), isFan: true },
  TRIANGLESTRIP_ADJ: {
    list: 'TRIANGLELIST_ADJ',
    step: 2,
    least: 6,
    // The neighbours: of the edges to the triangle before, to the one after it, and of the outer edge.
    even: [0, -2, 2, 6, 4, 3],
    odd: [0, 3, 4, 6, 2, -2],
    hasEnds: true,
  },
};

function primitivesOf({ step, least }: Expansion, vertices: number): number {
  return Math.max(0, Math.floor((vertices - least) / step) + 1);
}

/** Writes the primitives of a run of vertices. @returns where the next one is written */
function expandRun(
  { step, even, odd, isFan = false, hasEnds = false }: Expansion,
  source: ArrayLike<number> | undefined,
  start: number,
  count: number,
  expanded: Uint32Array,
  at: number,
): number {
  const corners = even.length;
  let next = at;
  for (let i = 0; i < count; i++) {
    const base = start + i * step;
    const order = (i & 1) === 0 ? even : odd;
    for (let corner = 0; corner < corners; corner++) {
      const vertex = isFan && corner === corners - 1 ? start : base + order[corner];
      expanded[next++] = source === undefined ? vertex : source[vertex];
    }
  }
  if (hasEnds && count > 0) {
    const last = start + (count - 1) * step + 5;
    expanded[at + 1] = source === undefined ? start + 1 : source[start + 1];
    expanded[next - corners + 3] = source === undefined ? last : source[last];
  }
  return next;
}

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
  const source = typeof indices === 'number' ? undefined : indices;
  const length = typeof indices === 'number' ? indices : indices.length;
  const cuts = expansion.list === topology ? undefined : restart;
  const runs: { readonly start: number; readonly count: number }[] = [];
  let total = 0;
  for (let start = 0, end = source === undefined || cuts === undefined ? length : 0; end <= length; end++) {
    if (end === length || source?.[end] === cuts) {
      const count = primitivesOf(expansion, end - start);
      if (count > 0) {
        runs.push({ start, count });
      }
      total += count;
      start = end + 1;
    }
  }
  const expanded = new Uint32Array(expansion.even.length * total);
  let at = 0;
  for (const { start, count } of runs) {
    at = expandRun(expansion, source, start, count, expanded, at);
  }
  return expanded;
}
