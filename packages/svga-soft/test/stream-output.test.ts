import type { PipelineState, StreamOutput } from '@cg/svga-device';
import { SVGA3D_PRIMITIVE, SVGA3D_QUERYTYPE } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { SoftRenderer } from '../src/index.js';
import { assembled, streamTo, type Rest } from './assembly.js';
import { draw, pipeline, renderer, TestSurface, whole } from './pipeline.js';

describe('stream output', () => {
  const streamed = (output: StreamOutput, rest: Rest = {}, vertexCount = 6) =>
    assembled(SVGA3D_PRIMITIVE.TRIANGLELIST, vertexCount, { streamOutput: output, ...rest });

  it('writes whole primitives as far as there is room, and counts', () => {
    const out = TestSurface.buffer(new Float32Array(5).fill(-1));
    const query = { type: SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS };
    const overflow = { type: SVGA3D_QUERYTYPE.STREAMOVERFLOWPREDICATE };
    renderer.beginQuery(query);
    renderer.beginQuery(overflow);
    streamed(streamTo(out));
    expect([...out.floats]).toEqual([0, 1, 2, -1, -1]);
    expect([renderer.endQuery(query), renderer.endQuery(overflow)]).toEqual([[1, 2], [1]]);
  });

  it('has offsets, strides, gaps, several buffers', () => {
    const [a, b] = [1, 2].map(() => TestSurface.buffer(new Float32Array(8).fill(-1)));
    const output: StreamOutput = {
      layout: {
        elements: [
          { buffer: 0, register: undefined, mask: 1 },
          { buffer: 0, register: 1, mask: 1 },
          { buffer: 1, register: 0, mask: 0b1001 },
        ],
        strides: [8, 8, 0, 0],
      },
      targets: [
        { surface: a, offset: 4, size: 28, appends: false },
        { surface: b, offset: 0, size: 32, appends: false },
      ],
    };
    streamed(output, {}, 3);
    expect([...a.floats]).toEqual([-1, -1, 0, -1, 1, -1, 2, -1]);
    expect([...b.floats]).toEqual([0, 1, 0, 1, 0, 1, -1, -1]);
  });

  it('leaves a buffer alone that the layout does not write, and counts nothing without any', () => {
    const [a, b] = [new Float32Array(4), new Float32Array(1)].map((data) =>
      TestSurface.buffer(data.fill(-1)),
    );
    const { layout } = streamTo(a);
    const [unused, used] = [b, a].map((surface) => ({ surface, offset: 0, size: 16, appends: false }));
    const query = { type: SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS };
    renderer.beginQuery(query);
    streamed({ layout, targets: [used, { ...unused, size: 4 }] });
    expect(renderer.endQuery(query)).toEqual([1, 2]);
    expect([...a.floats, ...b.floats]).toEqual([0, 1, 2, -1, -1]);
    renderer.beginQuery(query);
    streamed({ layout, targets: [undefined, unused] });
    expect(renderer.endQuery(query)).toEqual([0, 0]);
  });

  it('appends, and is drawn by its count', () => {
    const out = TestSurface.buffer(new Float32Array(12).fill(-1));
    streamed(streamTo(out), {}, 3);
    streamed(streamTo(out, { appends: true }), {}, 3);
    expect([...out.floats]).toEqual([0, 1, 2, 0, 1, 2, -1, -1, -1, -1, -1, -1]);
    const vertexBuffers = [{ surface: out, stride: 4, offset: 4 }];
    const again = TestSurface.buffer(new Float32Array(8).fill(-1));
    const points = SVGA3D_PRIMITIVE.POINTLIST;
    assembled(points, 0, { vertexBuffers, streamOutput: streamTo(again) }, { vertexCount: 'auto' });
    expect([...again.floats]).toEqual([1, 2, 0, 1, 2, -1, -1, -1]);
  });
});

describe('queries', () => {
  it('count the samples that pass, exactly', () => {
    const one = new TestSurface('R8_UNORM', 16, 16);
    const four = new TestSurface('R8_UNORM', 16, 16, { samples: 4 });
    const types = [
      SVGA3D_QUERYTYPE.OCCLUSION,
      SVGA3D_QUERYTYPE.OCCLUSION64,
      SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE,
    ];
    const counts = (target: TestSurface, vertexCount: number) => {
      const queries = types.map((type) => ({ type }));
      queries.forEach((query) => renderer.beginQuery(query));
      draw(pipeline(target, whole()), vertexCount);
      return queries.map((query) => renderer.endQuery(query));
    };
    expect(counts(one, 6)).toEqual([[256], [256], [1]]);
    expect(counts(four, 6)).toEqual([[1024], [1024], [1]]);
    expect(counts(one, 0)).toEqual([[0], [0], [0]]);
  });

  it('count the pipeline: what is read, run, clipped and shaded', () => {
    const statistics = (state: PipelineState, vertexCount: number) => {
      const query = { type: SVGA3D_QUERYTYPE.PIPELINESTATS };
      renderer.beginQuery(query);
      draw(state, vertexCount);
      return renderer.endQuery(query);
    };
    const picture = new TestSurface('R8G8B8A8_UNORM', 16, 16);
    expect(statistics(pipeline(picture, whole()), 6)).toEqual([6, 2, 6, 0, 0, 2, 2, 256, 0, 0, 0]);
    // The second one ends before its last vertex; nothing is left of a triangle behind the far plane.
    const behind = whole().map(([x, y, , w, ...rest]) => [x, y, 2, w, ...rest]);
    expect(statistics(pipeline(picture, behind), 5)).toEqual([5, 1, 3, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('tell the time of a clock, and nothing of what is not known', () => {
    const soft = new SoftRenderer({ clock: () => 12345 });
    expect(soft.endQuery({ type: SVGA3D_QUERYTYPE.TIMESTAMP })).toEqual([12345]);
    expect(soft.endQuery({ type: SVGA3D_QUERYTYPE.TIMESTAMPDISJOINT })).toEqual([1e9, 0]);
    expect(soft.endQuery({ type: 99 })).toBe(undefined);
  });
});
