import type { PrimitiveTopology } from '@cg/vgpu10';
import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';

/** An index that ends a strip, at any size of indices. */
export const RESTART = 0xffffffff;

/** What primitives are listed as: with their adjacent vertices, without, or the edges or corners of triangles. */
export type ListedAs = 'adjacent' | 'own' | 'lines' | 'points';

/** Primitives as a list. */
export interface PrimitiveList {
  readonly topology: PrimitiveTopology;
  readonly indices: Uint32Array;
}

const topologies: Readonly<Record<number, PrimitiveTopology>> = {
  [SVGA3D_PRIMITIVE.TRIANGLELIST]: 'TRIANGLELIST',
  [SVGA3D_PRIMITIVE.POINTLIST]: 'POINTLIST',
  [SVGA3D_PRIMITIVE.LINELIST]: 'LINELIST',
  [SVGA3D_PRIMITIVE.LINESTRIP]: 'LINESTRIP',
  [SVGA3D_PRIMITIVE.TRIANGLESTRIP]: 'TRIANGLESTRIP',
  [SVGA3D_PRIMITIVE.LINELIST_ADJ]: 'LINELIST_ADJ',
  [SVGA3D_PRIMITIVE.LINESTRIP_ADJ]: 'LINESTRIP_ADJ',
  [SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ]: 'TRIANGLELIST_ADJ',
};

/** The topology with a counterpart in shaders' translations; undefined for fans, strips with adjacency, unknown ones. */
export function topologyOf(primitive: number): PrimitiveTopology | undefined {
  return topologies[primitive];
}

/** Whether an index of all ones ends a run of vertices. */
export function canRestart(primitive: number): boolean {
  switch (primitive) {
    case SVGA3D_PRIMITIVE.LINESTRIP:
    case SVGA3D_PRIMITIVE.TRIANGLESTRIP:
    case SVGA3D_PRIMITIVE.TRIANGLEFAN:
    case SVGA3D_PRIMITIVE.LINESTRIP_ADJ:
    case SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ:
      return true;
    default:
      return false;
  }
}

/** The most indices of a list for each vertex. */
const MOST_PER_VERTEX = 6;

/** Collects primitives. */
class ListWriter {
  readonly out: Uint32Array;
  length = 0;

  constructor(
    readonly as: ListedAs,
    vertices: number,
  ) {
    this.out = new Uint32Array(MOST_PER_VERTEX * vertices);
  }

  #put(index: number): void {
    this.out[this.length++] = index;
  }

  point(a: number): void {
    this.#put(a);
  }

  /** A line from a to b, with the vertices next to them. */
  line(beforeA: number, a: number, b: number, afterB: number): void {
    if (this.as === 'adjacent') {
      this.#put(beforeA);
      this.#put(a);
      this.#put(b);
      this.#put(afterB);
    } else {
      this.#put(a);
      this.#put(b);
    }
  }

  plainLine(a: number, b: number): void {
    this.#put(a);
    this.#put(b);
  }

  /** A triangle, with the vertices beyond its edges. */
  triangle(a: number, ab: number, b: number, bc: number, c: number, ca: number): void {
    if (this.as === 'adjacent') {
      this.#put(a);
      this.#put(ab);
      this.#put(b);
      this.#put(bc);
      this.#put(c);
      this.#put(ca);
    } else {
      this.plainTriangle(a, b, c);
    }
  }

  plainTriangle(a: number, b: number, c: number): void {
    this.#put(a);
    if (this.as === 'lines') {
      this.#put(b);
      this.#put(b);
      this.#put(c);
      this.#put(c);
      this.#put(a);
    } else {
      this.#put(b);
      this.#put(c);
    }
  }
}

/**
 * Lists the primitives of vertices, in Direct3D's order: the first vertex of each provokes. Incomplete ones are left
 * out.
 * @param vertices indices, with RESTART where a strip ends
 */
export function listPrimitives(
  primitive: number,
  vertices: Uint32Array,
  as: ListedAs,
): PrimitiveList | undefined {
  const writer = new ListWriter(as, vertices.length);
  const restarts = canRestart(primitive);
  let start = 0;
  while (start < vertices.length) {
    let end = restarts ? vertices.indexOf(RESTART, start) : vertices.length;
    end = end < 0 ? vertices.length : end;
    if (!listRun(primitive, vertices, start, end, writer)) {
      return undefined;
    }
    start = end + 1;
  }
  return { topology: listedTopology(primitive, as), indices: writer.out.subarray(0, writer.length) };
}

function listedTopology(primitive: number, as: ListedAs): PrimitiveTopology {
  switch (primitive) {
    case SVGA3D_PRIMITIVE.POINTLIST:
      return 'POINTLIST';
    case SVGA3D_PRIMITIVE.LINELIST:
    case SVGA3D_PRIMITIVE.LINESTRIP:
      return 'LINELIST';
    case SVGA3D_PRIMITIVE.LINELIST_ADJ:
    case SVGA3D_PRIMITIVE.LINESTRIP_ADJ:
      return as === 'adjacent' ? 'LINELIST_ADJ' : 'LINELIST';
    default: {
      const isAdjacent =
        primitive === SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ || primitive === SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ;
      if (as === 'lines' || as === 'points') {
        return as === 'lines' ? 'LINELIST' : 'POINTLIST';
      }
      return isAdjacent && as === 'adjacent' ? 'TRIANGLELIST_ADJ' : 'TRIANGLELIST';
    }
  }
}

/** Lists the primitives of the vertices from `start` to `end`. @returns false for an unknown primitive */
function listRun(primitive: number, v: Uint32Array, start: number, end: number, to: ListWriter): boolean {
  switch (primitive) {
    case SVGA3D_PRIMITIVE.POINTLIST:
      for (let i = start; i < end; i++) {
        to.point(v[i]);
      }
      return true;
    case SVGA3D_PRIMITIVE.LINELIST:
    case SVGA3D_PRIMITIVE.LINESTRIP:
      for (let i = start; i + 1 < end; i += primitive === SVGA3D_PRIMITIVE.LINELIST ? 2 : 1) {
        to.plainLine(v[i], v[i + 1]);
      }
      return true;
    case SVGA3D_PRIMITIVE.LINELIST_ADJ:
    case SVGA3D_PRIMITIVE.LINESTRIP_ADJ:
      for (let i = start; i + 3 < end; i += primitive === SVGA3D_PRIMITIVE.LINELIST_ADJ ? 4 : 1) {
        to.line(v[i], v[i + 1], v[i + 2], v[i + 3]);
      }
      return true;
    case SVGA3D_PRIMITIVE.TRIANGLELIST:
      for (let i = start; i + 2 < end; i += 3) {
        to.plainTriangle(v[i], v[i + 1], v[i + 2]);
      }
      return true;
    case SVGA3D_PRIMITIVE.TRIANGLESTRIP:
      for (let i = start; i + 2 < end; i++) {
        const isOdd = (i - start) % 2;
        to.plainTriangle(v[i], v[i + 1 + isOdd], v[i + 2 - isOdd]);
      }
      return true;
    case SVGA3D_PRIMITIVE.TRIANGLEFAN:
      for (let i = start + 1; i + 1 < end; i++) {
        to.plainTriangle(v[i], v[i + 1], v[start]);
      }
      return true;
    case SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ:
      for (let i = start; i + 5 < end; i += 6) {
        to.triangle(v[i], v[i + 1], v[i + 2], v[i + 3], v[i + 4], v[i + 5]);
      }
      return true;
    case SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ:
      listStripWithAdjacency(v, start, end, to);
      return true;
    default:
      return false;
  }
}

/** Every other vertex is part of the strip; those between them lie beyond its edges. */
function listStripWithAdjacency(v: Uint32Array, start: number, end: number, to: ListWriter): void {
  const triangles = Math.floor((end - start - 4) / 2);
  for (let i = 0; i < triangles; i++) {
    const at = start + 2 * i;
    const [a, b, c] = [v[at], v[at + 2], v[at + 4]];
    const before = i === 0 ? v[at + 1] : v[at - 2];
    const after = i === triangles - 1 ? v[at + 5] : v[at + 6];
    const outer = v[at + 3];
    if (i % 2 === 0) {
      to.triangle(a, before, b, after, c, outer);
    } else {
      to.triangle(a, outer, c, after, b, before);
    }
  }
}
