import { plainCall, plainRasterizer } from '@cg/svga-device/renderer-contract';
import {
  buffer,
  colorShader,
  fullState,
  same,
  stage,
  surface,
  target,
  type Bench,
  type Scenario,
} from './bench.js';

const SIZE = 32;
const RED = colorShader(1, 0, 0, 1);

/** Pixels that a draw has set. */
async function drawn(
  bench: Bench,
  topology: number,
  points: readonly number[],
  indices?: {
    readonly bytes: Uint8Array;
    readonly offset: number;
    readonly indexBytes: 2 | 4;
    readonly count: number;
  },
  more = {},
): Promise<string> {
  const picture = surface('R8G8B8A8_UNORM', SIZE, SIZE);
  const state = fullState(stage(RED), [target(picture)], {
    topology,
    vertexBuffers: [{ surface: buffer(Float32Array.from(points)), stride: 8, offset: 0 }],
    ...(indices && {
      indexBuffer: { surface: buffer(indices.bytes), offset: indices.offset, indexBytes: indices.indexBytes },
    }),
    ...more,
  });
  const count = indices?.count ?? points.length / 2;
  await bench.draw(state, plainCall(count, { indexed: indices !== undefined }));
  const bytes = await bench.read(picture);
  return Array.from({ length: SIZE * SIZE }, (_, i) => (bytes[4 * i] === 255 ? '#' : '.')).join('');
}

/** Indices at an offset in a buffer. */
function indexed(values: readonly number[], indexBytes: 2 | 4, offset = 0, count = values.length) {
  const bytes = new Uint8Array(offset + indexBytes * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) =>
    indexBytes === 2
      ? view.setUint16(offset + 2 * i, value & 0xffff, true)
      : view.setUint32(offset + 4 * i, value, true),
  );
  return { bytes, offset, indexBytes, count };
}

// A pentagon, and the triangles of its fan.
const pentagon = [-0.9, -0.6, -0.7, 0.8, 0, 0.95, 0.8, 0.5, 0.6, -0.85];
const fanIndices = [0, 1, 2, 0, 2, 3, 0, 3, 4];

/** Corners of the pentagon. */
function at(...numbers: number[]): number[] {
  return numbers.flatMap((i) => pentagon.slice(2 * i, 2 * i + 2));
}

export const primitiveScenarios: Record<string, Scenario> = {
  'a fan draws what the list of its triangles draws': async (open) => {
    const bench = await open();
    const wanted = await drawn(
      bench,
      1,
      fanIndices.flatMap((i) => pentagon.slice(2 * i, 2 * i + 2)),
    );
    same(wanted.includes('#'), true, 'something is drawn');
    same(await drawn(bench, 6, pentagon), wanted, 'fan');
    same(await drawn(bench, 6, pentagon, indexed([0, 1, 2, 3, 4], 2)), wanted, 'indexed fan');
  },

  'indices come at any byte, and are 0 beyond the end of their buffer': async (open) => {
    const bench = await open();
    const wanted = await drawn(
      bench,
      1,
      fanIndices.flatMap((i) => pentagon.slice(2 * i, 2 * i + 2)),
    );
    for (const indexBytes of [2, 4] as const) {
      for (const offset of [0, 4, 3, 6]) {
        same(
          await drawn(bench, 1, pentagon, indexed(fanIndices, indexBytes, offset)),
          wanted,
          `${indexBytes} at ${offset}`,
        );
      }
      const beyond = indexed([1, 2, 0, 2, 3, 0, 3, 4], indexBytes, 0, 9);
      same(await drawn(bench, 1, pentagon, beyond), wanted, `${indexBytes}, the last one missing`);
    }
  },

  'indices come from a texture, too': async (open) => {
    const bench = await open();
    const wanted = await drawn(bench, 1, at(...fanIndices));
    const { bytes } = indexed(fanIndices, 4);
    const texels = surface('R32_UINT', 3, 3);
    texels.ownImage.set(bytes);
    const picture = surface('R8G8B8A8_UNORM', SIZE, SIZE);
    const state = fullState(stage(RED), [target(picture)], {
      topology: 1,
      vertexBuffers: [{ surface: buffer(Float32Array.from(pentagon)), stride: 8, offset: 0 }],
      indexBuffer: { surface: texels, offset: 0, indexBytes: 4 },
    });
    await bench.draw(state, plainCall(9, { indexed: true }));
    const read = await bench.read(picture);
    const pixels = Array.from({ length: SIZE * SIZE }, (_, i) => (read[4 * i] === 255 ? '#' : '.')).join('');
    same(pixels, wanted, 'as from a buffer');
  },

  'strips restart at an index of all ones, lists do not': async (open) => {
    const bench = await open();
    const wanted = await drawn(
      bench,
      1,
      [0, 1, 2, 2, 3, 4].flatMap((i) => pentagon.slice(2 * i, 2 * i + 2)),
    );
    for (const indexBytes of [2, 4] as const) {
      const strip = indexed([0, 1, 2, 0xffffffff, 2, 3, 4], indexBytes);
      same(await drawn(bench, 5, pentagon, strip), wanted, `strip of ${indexBytes}`);
      same(
        await drawn(bench, 5, pentagon, {
          ...strip,
          bytes: indexed([0, 1, 2, 0xffffffff, 2, 3, 4], indexBytes, 3).bytes,
          offset: 3,
        }),
        wanted,
        `unaligned strip of ${indexBytes}`,
      );
    }
  },

  'adjacent vertices are left out without a geometry shader': async (open) => {
    const bench = await open();
    const triangles = await drawn(bench, 1, at(0, 1, 2));
    same(await drawn(bench, 9, at(0, 4, 1, 4, 2, 4)), triangles, 'list of triangles');
    const lines = await drawn(bench, 3, at(0, 1, 1, 2));
    same(await drawn(bench, 8, at(4, 0, 1, 2, 4)), lines, 'strip of lines');
    const strip = await drawn(bench, 1, at(0, 1, 2, 1, 3, 2));
    same(await drawn(bench, 10, at(0, 4, 1, 4, 2, 4, 3, 4)), strip, 'strip of triangles');
  },

  'outlines and points of triangles': async (open) => {
    const bench = await open();
    const outline = { rasterizer: { ...plainRasterizer, fillMode: 2 } };
    same(
      await drawn(bench, 1, at(0, 1, 2), undefined, outline),
      await drawn(bench, 3, at(0, 1, 1, 2, 2, 0)),
      'lines',
    );
    const corners = { rasterizer: { ...plainRasterizer, fillMode: 1 } };
    same(
      await drawn(bench, 1, at(0, 1, 2), undefined, corners),
      await drawn(bench, 2, at(0, 1, 2)),
      'points',
    );
  },

  'the first vertex and the base vertex move the fetch alone': async (open) => {
    const bench = await open();
    const padded = [9, 9, 9, 9, ...pentagon];
    const picture = surface('R8G8B8A8_UNORM', SIZE, SIZE);
    const state = fullState(stage(RED), [target(picture)], {
      topology: 1,
      vertexBuffers: [{ surface: buffer(Float32Array.from(padded)), stride: 8, offset: 0 }],
      indexBuffer: { surface: buffer(Uint16Array.from([7, ...fanIndices])), offset: 0, indexBytes: 2 },
    });
    await bench.draw(state, plainCall(9, { indexed: true, firstVertex: 1, baseVertex: 2 }));
    const bytes = await bench.read(picture);
    const got = Array.from({ length: SIZE * SIZE }, (_, i) => (bytes[4 * i] === 255 ? '#' : '.')).join('');
    same(got, await drawn(bench, 6, pentagon), 'indexed');
  },
};
