import type { RenderQuery, StreamOutput } from '@cg/svga-device';
import { plainCall } from '@cg/svga-device/renderer-contract';
import {
  buffer,
  colorShader,
  element,
  everywhere,
  fullState,
  same,
  stage,
  surface,
  target,
  type Scenario,
} from './bench.js';

const constantShader = `ps_4_0
dcl_constantbuffer cb0[3], immediateIndexed
dcl_output o0.xyzw
add o0.xyzw, cb0[0].xyzw, cb0[2].xyzw
ret
`;

/** Writes a vertex: the position, and its number. */
const streamShader = `vs_4_0
dcl_input v0.xy
dcl_input_siv v1.x, vertex_id
dcl_output_siv o0.xyzw, position
dcl_output o1.x
mov o0.xy, v0.xyxx
mov o0.zw, l(0.0, 0.0, 0.5, 1.0)
mov o1.x, v1.x
ret
`;

const into = (of: ReturnType<typeof surface>, more = {}): StreamOutput => ({
  layout: {
    elements: [
      { buffer: 0, register: 0, mask: 3 },
      { buffer: 0, register: 1, mask: 1 },
    ],
    strides: [12, 0, 0, 0],
  },
  targets: [{ surface: of, offset: 0, size: of.layout.bytes, appends: false, ...more }],
});

export const bufferScenarios: Record<string, Scenario> = {
  'constants end with their range: zeros follow': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 2, 2);
    const constants = buffer(
      Float32Array.from({ length: 76 }, (_, i) => (i >= 64 ? 0.2 * ((i % 4) + 1) : 9)),
    );
    for (const [size, expected] of [
      [16, [51, 102, 153, 204]],
      [48, [102, 204, 255, 255]],
    ] as const) {
      await bench.fill(stage(constantShader, { constants: [{ surface: constants, offset: 256, size }] }), of);
      same([...(await bench.read(of)).subarray(0, 4)], expected, `${size} bytes`);
    }
    await bench.fill(stage(constantShader), of);
    same([...(await bench.read(of)).subarray(0, 4)], [0, 0, 0, 0], 'nothing bound');
  },

  'constants that are written between draws': async (open) => {
    const bench = await open();
    const [one, two] = [surface('R8_UNORM', 2, 2), surface('R8_UNORM', 2, 2)];
    const constants = buffer(new Float32Array(12));
    const pixel = stage(constantShader, { constants: [{ surface: constants, offset: 0, size: 48 }] });
    for (const [value, of] of [
      [0.2, one],
      [0.4, two],
    ] as const) {
      new Float32Array(constants.ownImage.buffer)[0] = value;
      bench.renderer.imageWritten(constants, 0, { x: 0, y: 0, z: 0, width: 4, height: 1, depth: 1 });
      await bench.fill(pixel, of);
    }
    same([(await bench.read(one))[0], (await bench.read(two))[0]], [51, 102], 'values');
  },

  'vertices that are written between draws': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 4, 1);
    const vertices = buffer(everywhere.slice());
    const state = fullState(stage(colorShader(1, 0, 0, 0)), [target(of)], {
      vertexBuffers: [{ surface: vertices, stride: 8, offset: 0 }],
    });
    await bench.draw(
      { ...state, viewports: [{ x: 0, y: 0, width: 1, height: 1, minDepth: 0, maxDepth: 1 }] },
      plainCall(4),
    );
    new Float32Array(vertices.ownImage.buffer).fill(5);
    bench.renderer.imageWritten(vertices, 0, { x: 0, y: 0, z: 0, width: 32, height: 1, depth: 1 });
    await bench.draw(state, plainCall(4));
    same(await bench.read(of), [255, 0, 0, 0], 'the first draw has the old ones');
  },

  'a query counts the draws that it is given': async (open) => {
    const { renderer } = await open();
    const of = surface('R8_UNORM', 4, 4);
    const state = fullState(stage(colorShader(1, 0, 0, 0)), [target(of)]);
    const [one, other, stream]: RenderQuery[] = [{ type: 0 }, { type: 0 }, { type: 5 }];
    [one, other, stream].forEach((query) => renderer.beginQuery(query));
    renderer.draw(state, plainCall(4), [one]);
    renderer.draw(state, plainCall(4), [one, other]);
    renderer.draw(state, plainCall(4), []);
    const out = surface('BUFFER', 64);
    const streaming = fullState(undefined, [], {
      topology: 1,
      vertex: stage(streamShader),
      streamOutput: into(out),
    });
    renderer.draw(streaming, plainCall(3), [one]);
    same(await renderer.endQuery(one), [32], 'two draws');
    same(await renderer.endQuery(other), [16], 'one draw');
    same(await renderer.endQuery(stream), [0, 0], 'no stream');
  },

  'stream output, what it counts, and drawing as much': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const out = surface('BUFFER', 64);
    const query: RenderQuery = { type: 5 };
    renderer.beginQuery(query);
    const vertices = buffer(everywhere.slice());
    const state = fullState(undefined, [], {
      topology: 1,
      vertex: stage(streamShader),
      vertexBuffers: [{ surface: vertices, stride: 8, offset: 0 }],
      streamOutput: into(out),
    });
    await bench.draw(state, plainCall(3));
    same(await renderer.endQuery(query), [1, 1], 'one triangle');
    const words = new Uint32Array((await bench.read(out)).slice().buffer);
    same([words[2], words[5], words[8], words[9]], [0, 1, 2, 0], 'numbers of vertices');
    renderer.beginQuery(query);
    await bench.draw({ ...state, streamOutput: into(out, { appends: true }), topology: 2 }, plainCall(4));
    same(await renderer.endQuery(query), [2, 4], 'two of four points');
    const picture = surface('R8_UNORM', 4, 4);
    const drawn = fullState(stage(colorShader(1, 0, 0, 0)), [target(picture)], {
      topology: 1,
      inputLayout: { elements: [element(0, 'R32G32_FLOAT')] },
      vertexBuffers: [{ surface: out, stride: 12, offset: 0 }],
    });
    await bench.draw(drawn, plainCall('auto'));
    same((await bench.read(picture)).filter((value) => value === 255).length >= 6, true, 'drawn');
  },

  'a geometry shader streams out and is drawn': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const geometry = `gs_4_0
dcl_input_siv v[1][0].xyzw, position
dcl_input v[1][1].x
dcl_inputprimitive point
dcl_outputtopology pointlist
dcl_output_siv o0.xyzw, position
dcl_output o1.x
dcl_maxout 2
mov o0.xyzw, v[0][0].xyzw
mov o1.x, v[0][1].x
emit
mov o0.xyzw, l(0.0, 0.0, 0.5, 1.0)
mov o1.x, v[0][1].x
emit
ret
`;
    const out = surface('BUFFER', 12 * 16);
    const picture = surface('R8_UNORM', 4, 4);
    const query: RenderQuery = { type: 6 };
    renderer.beginQuery(query);
    const state = fullState(stage(colorShader(1, 0, 0, 0)), [target(picture)], {
      topology: 2,
      vertex: stage(streamShader),
      geometry: stage(geometry),
      vertexBuffers: [{ surface: buffer(Float32Array.of(-0.9, -0.9, 0.9, 0.9)), stride: 8, offset: 0 }],
      streamOutput: into(out),
    });
    await bench.draw(state, plainCall(2));
    same(await renderer.endQuery(query), [0], 'no overflow');
    const words = new Uint32Array((await bench.read(out)).slice().buffer);
    same(
      [2, 5, 8, 11, 14].map((i) => words[i]),
      [0, 0, 1, 1, 0],
      'numbers of vertices',
    );
    same((await bench.read(picture)).filter((value) => value === 255).length, 3, 'points');
    await bench.draw({ ...state, targets: [], streamOutput: into(out, { appends: true }) }, plainCall(1));
    same(new Uint32Array((await bench.read(out)).slice().buffer).slice(12, 15)[2], 0, 'appended');
    await renderer.streamNeeded(out);
    same([out.streamedBytes, renderer.streamNeeded(out)], [72, undefined], 'bytes that are filled');
    out.streamedBytes = 120;
    await bench.draw({ ...state, targets: [], streamOutput: into(out, { appends: true }) }, plainCall(1));
    same(
      new Float32Array((await bench.read(out)).slice().buffer)[30] < 0,
      true,
      'appended where the surface says',
    );
    await renderer.streamNeeded(out);
    same(out.streamedBytes, 144, 'and filled from there');
  },

  'a buffer is read and streamed to by one draw': async (open) => {
    const bench = await open();
    const both = buffer(new Float32Array(24));
    new Float32Array(both.ownImage.buffer).set([1, 2, 3, 4, 5, 6]);
    const state = fullState(undefined, [target(surface('R8_UNORM', 2, 2))], {
      topology: 2,
      vertex: stage(streamShader),
      vertexBuffers: [{ surface: both, stride: 8, offset: 0 }],
      streamOutput: into(both),
    });
    await bench.draw({ ...state, targets: [] }, plainCall(3));
    const floats = new Float32Array((await bench.read(both)).slice().buffer);
    same(
      [0, 1, 3, 4, 6, 7].map((i) => floats[i]),
      [1, 2, 3, 4, 5, 6],
      'positions',
    );
  },

  'samples that pass are counted, also by queries that overlap': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const of = surface('R8_UNORM', 4, 4);
    const [all, later, predicate, never] = [
      { type: 0 },
      { type: 7 },
      { type: 4 },
      { type: 4 },
    ] as RenderQuery[];
    renderer.beginQuery(all);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    renderer.beginQuery(later);
    renderer.beginQuery(predicate);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    same(await renderer.endQuery(later), [16], 'later');
    await bench.fill(colorShader(1, 0, 0, 0), surface('R8_UNORM', 2, 2));
    same(await renderer.endQuery(all), [36], 'all');
    same(await renderer.endQuery(predicate), [1], 'predicate');
    renderer.beginQuery(never);
    same(await renderer.endQuery(never), [0], 'nothing drawn');
    const statistics = { type: 3 };
    renderer.beginQuery(statistics);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    same(await renderer.endQuery(statistics), [8, 4, 8, 0, 0, 4, 0, 0, 0, 0, 0], 'pipeline statistics');
    same(await renderer.endQuery({ type: 3 }), undefined, 'statistics that have not begun');
    same(((await renderer.endQuery({ type: 1 })) as number[]).length, 1, 'timestamp');
    same(await renderer.endQuery({ type: 2 }), [1_000_000, 0], 'frequency');
  },
};
