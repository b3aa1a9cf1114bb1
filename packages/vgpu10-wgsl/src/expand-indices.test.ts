import { describe, expect, it } from 'vitest';
import { expandIndices, listTopology, primitivesOf, type DrawTopology } from './index.js';

describe('a list of the primitives of', () => {
  it.each<[DrawTopology, number, string, number[][]]>([
    ['POINTLIST', 2, 'POINTLIST', [[0], [1]]],
    [
      'LINELIST',
      5,
      'LINELIST',
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'LINESTRIP',
      4,
      'LINELIST',
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    [
      'TRIANGLELIST',
      7,
      'TRIANGLELIST',
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    // Every other triangle is turned, and begins at its first vertex.
    [
      'TRIANGLESTRIP',
      5,
      'TRIANGLELIST',
      [
        [0, 1, 2],
        [1, 3, 2],
        [2, 3, 4],
      ],
    ],
    [
      'TRIANGLEFAN',
      5,
      'TRIANGLELIST',
      [
        [1, 2, 0],
        [2, 3, 0],
        [3, 4, 0],
      ],
    ],
    [
      'LINELIST_ADJ',
      9,
      'LINELIST_ADJ',
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    [
      'LINESTRIP_ADJ',
      6,
      'LINELIST_ADJ',
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
        [2, 3, 4, 5],
      ],
    ],
    ['TRIANGLELIST_ADJ', 11, 'TRIANGLELIST_ADJ', [[0, 1, 2, 3, 4, 5]]],
    ['TRIANGLESTRIP_ADJ', 5, 'TRIANGLELIST_ADJ', []],
    ['TRIANGLESTRIP_ADJ', 7, 'TRIANGLELIST_ADJ', [[0, 1, 2, 5, 4, 3]]],
    [
      'TRIANGLESTRIP_ADJ',
      8,
      'TRIANGLELIST_ADJ',
      [
        [0, 1, 2, 6, 4, 3],
        [2, 5, 6, 7, 4, 0],
      ],
    ],
    [
      'TRIANGLESTRIP_ADJ',
      10,
      'TRIANGLELIST_ADJ',
      [
        [0, 1, 2, 6, 4, 3],
        [2, 5, 6, 8, 4, 0],
        [4, 2, 6, 9, 8, 7],
      ],
    ],
    ['UNDEFINED', 9, '', []],
  ])('%s of %i vertices', (topology, vertices, list, primitives) => {
    expect([...expandIndices(topology, vertices)]).toEqual(primitives.flat());
    expect(listTopology(topology) ?? '').toBe(list);
    const ofIndices = Array.from({ length: vertices }, (_, i) => 100 + 7 * i);
    expect([...expandIndices(topology, ofIndices, 0xffff)]).toEqual(
      primitives.flat().map((i) => 100 + 7 * i),
    );
    if (topology !== 'TRIANGLEFAN') {
      expect(primitivesOf(topology, vertices)).toBe(primitives.length);
    }
  });
});

describe('the index that restarts', () => {
  const CUT = 0xffff;

  it('begins a strip or fan anew, whose triangles turn as those of its own', () => {
    const indices = Uint16Array.of(CUT, 4, 5, CUT, CUT, 1, 2, 3, 9, CUT, 6, 7, 8);
    expect([...expandIndices('TRIANGLESTRIP', indices, CUT)]).toEqual([1, 2, 3, 2, 9, 3, 6, 7, 8]);
    expect([...expandIndices('TRIANGLEFAN', indices, CUT)]).toEqual([2, 3, 1, 3, 9, 1, 7, 8, 6]);
    expect([...expandIndices('LINESTRIP', indices, CUT)]).toEqual([4, 5, 1, 2, 2, 3, 3, 9, 6, 7, 7, 8]);
  });

  it('is the last triangle’s end of an adjacent strip', () => {
    const indices = [0, 1, 2, 3, 4, 5, CUT, 10, 11, 12, 13, 14, 15];
    expect([...expandIndices('TRIANGLESTRIP_ADJ', indices, CUT)]).toEqual([
      0, 1, 2, 5, 4, 3, 10, 11, 12, 15, 14, 13,
    ]);
  });

  it('is an index like others in a list, without a restart, and among vertices without indices', () => {
    expect([...expandIndices('LINELIST', [1, CUT, 2, 3], CUT)]).toEqual([1, CUT, 2, 3]);
    expect([...expandIndices('LINESTRIP', [1, CUT, 2])]).toEqual([1, CUT, CUT, 2]);
    expect([...expandIndices('LINESTRIP', 3, 1)]).toEqual([0, 1, 1, 2]);
  });
});
