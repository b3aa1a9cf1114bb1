import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import type { PrimitiveTopology } from '@cg/vgpu10';
import { expandIndices, listTopology, type DrawTopology } from '@cg/vgpu10-wgsl';

/** An index that ends a strip, at any size of indices. */
export const RESTART = 0xffffffff;

/** What primitives are listed as: with their adjacent vertices, without, or the edges or corners of triangles. */
export type ListedAs = 'adjacent' | 'own' | 'lines' | 'points';

/** Primitives as a list. */
export interface PrimitiveList {
  readonly topology: PrimitiveTopology;
  readonly indices: Uint32Array;
}

const topologies: Readonly<Record<number, DrawTopology>> = {
  [SVGA3D_PRIMITIVE.TRIANGLELIST]: 'TRIANGLELIST',
  [SVGA3D_PRIMITIVE.POINTLIST]: 'POINTLIST',
  [SVGA3D_PRIMITIVE.LINELIST]: 'LINELIST',
  [SVGA3D_PRIMITIVE.LINESTRIP]: 'LINESTRIP',
  [SVGA3D_PRIMITIVE.TRIANGLESTRIP]: 'TRIANGLESTRIP',
  [SVGA3D_PRIMITIVE.TRIANGLEFAN]: 'TRIANGLEFAN',
  [SVGA3D_PRIMITIVE.LINELIST_ADJ]: 'LINELIST_ADJ',
  [SVGA3D_PRIMITIVE.LINESTRIP_ADJ]: 'LINESTRIP_ADJ',
  [SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ]: 'TRIANGLELIST_ADJ',
  [SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ]: 'TRIANGLESTRIP_ADJ',
};

/** The topology as translations have it; undefined for fans, strips of triangles with adjacency, and unknown ones. */
export function topologyOf(primitive: number): PrimitiveTopology | undefined {
  const topology = topologies[primitive];
  return topology === 'TRIANGLEFAN' || topology === 'TRIANGLESTRIP_ADJ' ? undefined : topology;
}

/** Whether an index of all ones ends a run of vertices. */
export function canRestart(primitive: number): boolean {
  const topology = topologies[primitive];
  return topology !== undefined && listTopology(topology) !== topology;
}

/** Which vertices of each primitive of a list are kept, in which order, and what list they make. */
interface Choice {
  readonly topology: PrimitiveTopology;
  /** Vertices of a primitive. */
  readonly of: number;
  readonly corners: readonly number[];
}

const withoutAdjacent: Readonly<Record<string, Choice>> = {
  LINELIST_ADJ: { topology: 'LINELIST', of: 4, corners: [1, 2] },
  TRIANGLELIST_ADJ: { topology: 'TRIANGLELIST', of: 6, corners: [0, 2, 4] },
};

const edges: Choice = { topology: 'LINELIST', of: 3, corners: [0, 1, 1, 2, 2, 0] };

/**
 * Lists the primitives of vertices, in Direct3D's order: the first vertex of each provokes. Incomplete ones are left
 * out.
 * @param vertices indices, with RESTART where a strip ends
 * @returns undefined for an unknown primitive
 */
export function listPrimitives(
  primitive: number,
  vertices: Uint32Array,
  as: ListedAs,
): PrimitiveList | undefined {
  const drawn = topologies[primitive];
  const topology = drawn && listTopology(drawn);
  if (topology === undefined) {
    return undefined;
  }
  const list = { topology, indices: expandIndices(drawn, vertices, RESTART) };
  if (as === 'adjacent') {
    return list;
  }
  const own = choose(list, withoutAdjacent[topology]);
  if (own.topology !== 'TRIANGLELIST' || as === 'own') {
    return own;
  }
  return as === 'lines' ? choose(own, edges) : { topology: 'POINTLIST', indices: own.indices };
}

function choose(list: PrimitiveList, choice: Choice | undefined): PrimitiveList {
  if (choice === undefined) {
    return list;
  }
  const { topology, of, corners } = choice;
  const chosen = new Uint32Array((list.indices.length / of) * corners.length);
  for (let first = 0, at = 0; first < list.indices.length; first += of) {
    for (const corner of corners) {
      chosen[at++] = list.indices[first + corner];
    }
  }
  return { topology, indices: chosen };
}
