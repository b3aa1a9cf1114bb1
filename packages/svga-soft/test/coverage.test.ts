import { plainBlend, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { at, draw, pipeline, TestSurface, whole } from './pipeline.js';

const size = { width: 8, height: 8 };

/** What primitives cover, as rows of the number of times that a pixel is drawn. `places` are pairs. */
function coverage(
  places: string,
  topology: number = SVGA3D_PRIMITIVE.TRIANGLELIST,
  rest: Parameters<typeof pipeline>[2] = {},
): string[] {
  const target = new TestSurface('R32_FLOAT', size.width, size.height);
  const numbers = places.split(/\s+/).map(Number);
  const vertices = Array.from({ length: numbers.length / 2 }, (_, i) =>
    at(size, numbers[2 * i], numbers[2 * i + 1]),
  );
  const blend = plainBlend({ blendEnable: 1, srcBlend: 2, destBlend: 2 });
  draw(pipeline(target, vertices, { topology, blend, ...rest }), vertices.length);
  return rowsOf(target.floats, size.width);
}

function rowsOf(counts: Float32Array, width: number): string[] {
  return Array.from({ length: counts.length / width }, (_, y) =>
    [...counts.subarray(y * width, (y + 1) * width)]
      .map((count) => (count === 0 ? '.' : String(count)))
      .join(''),
  );
}

describe('triangles', () => {
  it('cover a pixel whose centre is on a left or a top edge, and not on a right or a bottom one', () => {
    // A square from centre to centre, of two triangles.
    const square = '1.5 1.5  4.5 1.5  1.5 4.5  1.5 4.5  4.5 1.5  4.5 4.5';
    expect(coverage(square)).toEqual(['........', '.111....', '.111....', '.111....', ...empty(4)]);
  });

  it.each([
    ['a top edge', '0.5 2.5  6.5 2.5  3.5 5.5', '111111..', 2],
    ['no bottom edge', '0.5 2.5  6.5 2.5  3.5 0.5', '........', 2],
  ])('have %s', (_, places, row, y) => {
    expect(coverage(places)[y]).toBe(row);
  });

  it.each([
    ['to the right', '2.5 0  2.5 8  8 4', true],
    ['to the left', '2.5 0  2.5 8  0 4', false],
  ])('with a vertical edge on centres, that lie %s', (_, places, isCovered) => {
    const row = coverage(places)[4];
    expect(row[2] === '1').toBe(isCovered);
  });

  it('are snapped to 256ths of a pixel', () => {
    const edge = (x: number) => coverage(`${x} -8  ${x} 16  20 4`)[4][3];
    expect([3.5, 3.5 + 1 / 520, 3.5 + 1 / 500, 3.5 + 1 / 256].map(edge)).toEqual(['1', '1', '.', '.']);
  });

  it('are drawn from both sides, or from one', () => {
    const clockwise = '0 0  8 0  0 8';
    const other = '0 0  0 8  8 0';
    const isDrawn = (places: string, cullMode: number, frontCounterClockwise: number) =>
      coverage(places, 1, { rasterizer: { ...plainRasterizer, cullMode, frontCounterClockwise } })[0][0] ===
      '1';
    const [none, front, back] = [1, 2, 3];
    const table = [none, front, back].map((cull) =>
      [0, 1].map((ccw) => [clockwise, other].map((places) => isDrawn(places, cull, ccw))),
    );
    expect(table).toEqual([
      [
        [true, true],
        [true, true],
      ],
      [
        [false, true],
        [true, false],
      ],
      [
        [true, false],
        [false, true],
      ],
    ]);
  });

  it(
    'of a mesh cover each sample exactly once, whatever their order, their diagonals and their w',
    () => {
      for (const seed of seeds(12)) {
        const random = seededDraw(seed);
        for (const samples of [1, 4]) {
          const target = new TestSurface('R32_FLOAT', 24, 24, { samples });
          const vertices = mesh(random, 6, 24);
          const blend = plainBlend({ blendEnable: 1, srcBlend: 2, destBlend: 2 });
          draw(pipeline(target, vertices, { blend }), vertices.length);
          const wrong = target.floats.reduce((sum, count) => sum + (count === 1 ? 0 : 1), 0);
          expect(wrong, `seed ${seed}, ${samples} samples`).toBe(0);
        }
      }
    },
    seedsTimeout,
  );
});

/** Triangles over a window, with its inner corners moved, each with a random diagonal and turn. */
function mesh(random: (below: number) => number, cells: number, width: number): number[][] {
  const share = () => random(1 << 20) / 2 ** 20;
  const step = width / cells;
  const corners = Array.from({ length: (cells + 1) ** 2 }, (_, i) => {
    const [column, row] = [i % (cells + 1), Math.floor(i / (cells + 1))];
    const moved = (place: number) =>
      place === 0 ? -1 : place === cells ? width + 1 : (place + (share() - 0.5) / 2) * step;
    const exact = random(3) === 0 ? Math.round : (value: number) => value;
    return at({ width, height: width }, exact(moved(column)), exact(moved(row)), undefined, 0, 0.5 + share());
  });
  const triangles: number[][][] = [];
  for (let i = 0; i < cells * cells; i++) {
    const first = i + Math.floor(i / cells);
    const [a, b, c, d] = [first, first + 1, first + cells + 1, first + cells + 2].map(
      (corner) => corners[corner],
    );
    triangles.push(
      ...(random(2) === 0
        ? [
            [a, b, c],
            [c, b, d],
          ]
        : [
            [a, b, d],
            [a, d, c],
          ]),
    );
  }
  const order = triangles.map(
    (triangle) => [random(1000), random(2) === 0 ? triangle : triangle.toReversed()] as const,
  );
  return order.toSorted(([a], [b]) => a - b).flatMap(([, triangle]) => triangle);
}

const empty = (count: number) => Array.from({ length: count }, () => '........');

describe('lines', () => {
  const line = (places: string) => coverage(places, SVGA3D_PRIMITIVE.LINELIST);

  it.each([
    ['rightwards, without the pixel in whose diamond it ends', '1.5 2.5  5.5 2.5', '.1111...'],
    ['leftwards', '5.5 2.5  1.5 2.5', '..1111..'],
    ['from behind a centre, but in the diamond', '1.8 2.5  4.5 2.5', '.111....'],
    ['from outside of the diamond', '1.8 2.9  4.5 2.9', '..11....'],
    ['to outside of the diamond', '1.5 2.7  4.9 2.7', '.1111...'],
    ['of no length', '1.5 2.5  1.5 2.5', '........'],
    ['of a part of a diamond', '1.4 2.5  1.6 2.5', '........'],
  ])('leave diamonds: %s', (_, places, row) => {
    expect(line(places)[2]).toBe(row);
  });

  it('on a border between pixels belong to the upper, or to the left one', () => {
    expect(
      line('0.5 3  3.5 3')
        .map((row) => row[1])
        .join(''),
    ).toBe('..1.....');
    expect(line('3 0.5  3 3.5')[1]).toBe('..1.....');
  });

  it('of a strip draw each pixel once where they meet', () => {
    const rows = coverage('1.5 1.5  5.5 1.5  5.5 5.5', SVGA3D_PRIMITIVE.LINESTRIP);
    expect(rows).toEqual(['........', '.11111..', '.....1..', '.....1..', '.....1..', ...empty(3)]);
  });

  it('go along the diagonal', () => {
    expect(line('0.5 0.5  4.5 4.5')).toEqual(['1.......', '.1......', '..1.....', '...1....', ...empty(4)]);
  });

  it('are the edges of triangles, where these are not filled', () => {
    const rows = coverage('1.5 1.5  6.5 1.5  1.5 6.5', 1, {
      rasterizer: { ...plainRasterizer, fillMode: 2 },
    });
    expect(rows.slice(1, 7)).toEqual([
      '.111111.',
      '.1...1..',
      '.1..1...',
      '.1.1....',
      '.11.....',
      '.1......',
    ]);
  });
});

describe('points', () => {
  const point = (places: string) => coverage(places, SVGA3D_PRIMITIVE.POINTLIST);

  it('are squares of a pixel with left and upper edges', () => {
    expect(point('2.5 1.5')[1]).toBe('..1.....');
    expect(point('2.9 1.5')[1]).toBe('..1.....');
    expect(point('3 1.5')[1]).toBe('..1.....');
    expect(point('3.01 1.5')[1]).toBe('...1....');
    expect(point('2.5 2')[1]).toBe('..1.....');
  });

  it('are the corners of triangles', () => {
    const rows = coverage('1.5 1.5  6.5 1.5  1.5 6.5', 1, {
      rasterizer: { ...plainRasterizer, fillMode: 1 },
    });
    expect([rows[1], rows[6]]).toEqual(['.1....1.', '.1......']);
  });
});

describe('viewports and scissors', () => {
  it('limit what is drawn', () => {
    const target = new TestSurface('R32_FLOAT', 8, 8);
    const viewports = [{ x: 2, y: 1, width: 4, height: 6, minDepth: 0, maxDepth: 1 }];
    const wide = whole().map(([x, y, ...rest]) => [x * 3, y * 3, ...rest]);
    draw(pipeline(target, wide, { viewports }), 6);
    expect(rowsOf(target.floats, 8)[1]).toBe('..1111..');
    expect(rowsOf(target.floats, 8)[7]).toBe('........');
    const scissors = [{ left: 3, top: 2, right: 5, bottom: 4 }];
    const cut = new TestSurface('R32_FLOAT', 8, 8);
    draw(pipeline(cut, whole(), { scissors, rasterizer: { ...plainRasterizer, scissorEnable: 1 } }), 6);
    expect(rowsOf(cut.floats, 8)).toEqual([...empty(2), '...11...', '...11...', ...empty(4)]);
  });

  it('of no size, not finite or beyond all bounds draw nothing, or what is there', () => {
    for (const odd of [{ width: 0 }, { height: -4 }, { x: NaN }, { width: Infinity }, { x: 1e30 }]) {
      const target = new TestSurface('R32_FLOAT', 8, 8);
      draw(
        pipeline(target, whole(), {
          viewports: [{ x: 0, y: 0, width: 8, height: 8, minDepth: 0, maxDepth: 1, ...odd }],
        }),
        6,
      );
      expect(target.floats.every((count) => count === 0)).toBe(true);
    }
    const target = new TestSurface('R32_FLOAT', 8, 8);
    const viewports = [{ x: -1e6, y: -1e6, width: 2e6, height: 2e6, minDepth: 0, maxDepth: 1 }];
    draw(pipeline(target, whole(), { viewports }), 6);
    expect(target.floats.every((count) => count === 1)).toBe(true);
  });
});

describe('clipping', () => {
  it('cuts at the eye: a plane that goes through it is drawn as far as it is in front', () => {
    const target = new TestSurface('R32_FLOAT', 8, 8);
    // A floor: from below the eye to far ahead, and behind it.
    const floor = [
      [-20, -4, 4, 5],
      [20, -4, 4, 5],
      [-20, -4, -4, -4],
      [20, -4, -4, -4],
    ].map((place) => [...place, 1, 1, 1, 1]);
    draw(pipeline(target, [floor[0], floor[1], floor[2], floor[2], floor[1], floor[3]]), 6);
    expect(rowsOf(target.floats, 8)).toEqual([...empty(7), '11111111']);
  });

  it.each([
    ['near', -0.5, 1],
    ['far', 0.5, 1.5],
  ])('cuts at the %s plane, or clamps the depth', (_, left, right) => {
    const corners = [
      at(size, 0, 0, undefined, left),
      at(size, 8, 0, undefined, right),
      at(size, 0, 8, undefined, left),
    ];
    const drawn = (depthClipEnable: number) => {
      const target = new TestSurface('R32_FLOAT', 8, 8);
      const depth = new TestSurface('D32_FLOAT', 8, 8);
      new Float32Array(depth.ownImage.buffer).fill(2);
      draw(
        pipeline(target, corners, {
          rasterizer: { ...plainRasterizer, depthClipEnable },
          depthTarget: { ...depth.target(), depthReadOnly: false, stencilReadOnly: false },
        }),
        3,
      );
      return [
        rowsOf(target.floats, 8)[0],
        Math.min(...depth.floats.slice(0, 7)),
        Math.max(...depth.floats.slice(0, 7)),
      ];
    };
    const inside = left < 0 ? '...1111.' : '1111....';
    expect(drawn(1)[0]).toBe(inside);
    expect(drawn(0)).toEqual(
      ['1111111.', left < 0 ? 0 : 0.5625, left < 0 ? 0.71875 : 1].map((value, i) =>
        i === 0 ? value : expect.closeTo(Number(value), 6),
      ),
    );
  });
});
