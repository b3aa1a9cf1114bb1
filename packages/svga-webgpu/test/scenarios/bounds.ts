import type { DrawWork, PipelineState } from '@cg/svga-device';
import { plainCall, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { Recorder } from '../../src/gpu/recorder.js';
import {
  buffer,
  colorShader,
  element,
  fullState,
  same,
  stage,
  surface,
  target,
  type Scenario,
} from './bench.js';

const CORNERS = Float32Array.of(-1, -1, -1, 3, 3, -1);

/** A pixel shader of many instructions. */
const slowShader = `ps_4_0
dcl_input_ps_siv linear noperspective v0.xy, position
dcl_output o0.xyzw
dcl_temps 1
mov r0.xyzw, v0.xyxy
${'mad r0.xyzw, r0.xyzw, r0.yzwx, r0.zwxy\n'.repeat(60)}min o0.xyzw, r0.xyzw, l(1.0, 1.0, 1.0, 1.0)
ret
`;

/** Counts the turns of a loop that does not end by itself. */
const endlessShader = `ps_4_0
dcl_output o0.x
dcl_temps 1
mov r0.x, l(0)
loop
  iadd r0.x, r0.x, l(1)
  breakc_z l(1)
endloop
mov o0.x, r0.x
ret
`;

const amplifyingShader = `gs_4_0
dcl_input v[1][0].xyzw
dcl_inputprimitive point
dcl_outputtopology trianglestrip
dcl_output_siv o0.xyzw, position
dcl_maxout 64
${'mov o0.xyzw, v[0][0].xyzw\nemit\n'.repeat(64)}ret
`;

const STREAMED = 20_000;

/** Moves positions; with a loop, of one turn, a draw may cost so much that it has parts. */
const streamingVertex = (loops: boolean): string => `vs_4_0
dcl_input v0.xy
dcl_output_siv o0.xyzw, position
${loops ? 'loop\n  breakc_nz l(1)\nendloop\n' : ''}add o0.xyzw, v0.xyxy, l(1.0, 2.0, 0.0, 1.0)
ret
`;

/** Gives out a point once, and of some primitives twice. */
const streamingGeometry = `gs_4_0
dcl_input_siv v[1][0].xyzw, position
dcl_input vPrim
dcl_temps 1
dcl_inputprimitive point
dcl_outputtopology pointlist
dcl_output_siv o0.xyzw, position
dcl_maxout 2
mov o0.xyzw, v[0][0].xyzw
emit
and r0.x, vPrim, l(4)
if_nz r0.x
  mov o0.xyzw, v[0][0].yxzw
  emit
endif
ret
`;

const triangles: Partial<PipelineState> = {
  topology: 1,
  vertexBuffers: [{ surface: buffer(CORNERS), stride: 8, offset: 0 }],
};

function workOf(left: number): DrawWork & { readonly charged: number } {
  return {
    left,
    charged: 0,
    charge(units) {
      this.charged += units;
      return this.charged <= left;
    },
  } as { left: number; charged: number; charge(units: number): boolean };
}

export const boundScenarios: Record<string, Scenario> = {
  'a draw that covers its target again and again is cut, and charged by the time that it takes': async (
    open,
  ) => {
    const bench = await open({ maxDrawMilliseconds: 200 });
    const of = surface('R8G8B8A8_UNORM', 256, 256);
    const work = workOf(2 ** 40);
    const state = fullState(stage(slowShader), [target(of)], triangles);
    await bench.renderer.draw(state, plainCall(3, { instanceCount: 2 ** 17 }), undefined, work);
    same(bench.omissions, ['the rest of a draw that takes too long'], 'omissions');
    // Its vertices and the time that the GPU has worked: some of the 200 ms.
    const milliseconds = work.charged / 2 ** 18;
    same(milliseconds > 20, true, `charged ${milliseconds} ms`);
    await bench.fill(colorShader(1, 0, 0, 1), of);
    same([...(await bench.read(of)).subarray(0, 4)], [255, 0, 0, 255], 'the next draw');
    same(bench.renderer.statistics.lostDevices, 0, 'lost devices');
  },

  'the clock of the GPU measures what it works, and not the time between submissions': async (open) => {
    const bench = await open();
    const recorder = new Recorder(bench.device);
    const { clock } = recorder;
    if (clock === undefined) {
      return;
    }
    const texture = bench.device.createTexture({ size: [4096, 4096], format: 'rgba8unorm', usage: 0x10 });
    const clear = (red: number): void => {
      recorder.measure();
      recorder.measure();
      const view = texture.createView();
      const pass = { view, loadOp: 'clear', storeOp: 'store', clearValue: [red, 0, 0, 1] } as const;
      recorder
        .encoder()
        .beginRenderPass({ colorAttachments: [pass] })
        .end();
      recorder.submit();
    };
    // The first one allocates and compiles.
    clear(0);
    await clock.taken();
    const began = performance.now();
    for (let i = 0; i < 3; i++) {
      clear(i / 4);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const taken = await clock.taken();
    const all = performance.now() - began;
    same(taken > 0 && taken < all - 300, true, `${taken} ms of ${all}`);
    same(await clock.taken(), 0, 'nothing since');
    texture.destroy();
  },

  'a draw in parts draws what it draws at once': async (open) => {
    const bench = await open({ maxDrawMilliseconds: 60_000 });
    const of = surface('R32_UINT', 512, 512);
    const colors = Array.from({ length: 1500 }, (_, i) => i % 255);
    const instances = buffer(Uint32Array.from(colors));
    const pixel = `ps_4_0
dcl_input_ps constant v1.x
dcl_output o0.x
dcl_temps 1
mov r0.x, v1.x
${'iadd r0.x, r0.x, l(0)\n'.repeat(60)}mov o0.x, r0.x
ret
`;
    const vertex = `vs_4_0
dcl_input v0.xy
dcl_input v1.x
dcl_output_siv o0.xyzw, position
dcl_output o1.x
mov o0.xy, v0.xyxx
mov o0.zw, l(0.0, 0.0, 0.5, 1.0)
mov o1.x, v1.x
ret
`;
    const ofInstance = { inputSlot: 1, inputSlotClass: 1, instanceDataStepRate: 1 };
    const state = fullState(stage(pixel), [target(of)], {
      ...triangles,
      rasterizer: { ...plainRasterizer, scissorEnable: 1 },
      scissors: [{ left: 0, top: 0, right: 4, bottom: 1 }],
      vertex: stage(vertex),
      inputLayout: {
        elements: [element(0, 'R32G32_FLOAT'), element(1, 'R32_UINT', ofInstance)],
      },
      vertexBuffers: [
        { surface: buffer(CORNERS), stride: 8, offset: 0 },
        { surface: instances, stride: 4, offset: 0 },
      ],
    });
    await bench.draw(state, plainCall(3, { instanceCount: colors.length }));
    const bytes = await bench.read(of);
    same([bytes[0], bytes[12], bytes[16]], [colors.at(-1), colors.at(-1), 0], 'the last instance');
    same(bench.renderer.statistics.submissions > 2, true, 'parts');
    same(bench.omissions, [], 'omissions');
  },

  'stream output in parts is what it is at once, also of a buffer that it reads': async (open) => {
    for (const geometry of [undefined, stage(streamingGeometry)]) {
      const results: Uint8Array[] = [];
      const submissions: number[] = [];
      const filled: number[] = [];
      for (const loops of [false, true]) {
        const bench = await open({ maxDrawMilliseconds: 60_000 });
        const both = buffer(Float32Array.from({ length: 4 * STREAMED }, (_, i) => (i * 7919) % 1013));
        const before = bench.renderer.statistics.submissions;
        await bench.draw(
          fullState(undefined, [], {
            topology: 2,
            vertex: stage(streamingVertex(loops)),
            geometry,
            inputLayout: { elements: [element(0, 'R32G32_FLOAT')] },
            vertexBuffers: [{ surface: both, stride: 8, offset: 0 }],
            streamOutput: {
              layout: { elements: [{ buffer: 0, register: 0, mask: 3 }], strides: [8, 0, 0, 0] },
              targets: [{ surface: both, offset: 8, size: both.layout.bytes - 8, appends: false }],
            },
          }),
          plainCall(STREAMED / 2, { instanceCount: 2 }),
        );
        results.push(await bench.read(both));
        await bench.renderer.streamNeeded(both);
        submissions.push(bench.renderer.statistics.submissions - before);
        same(bench.omissions, [], 'omissions');
        filled.push(both.streamedBytes ?? 0);
      }
      same(Buffer.compare(results[0], results[1]), 0, 'in parts');
      const given = geometry === undefined ? STREAMED : 1.5 * STREAMED;
      same(filled, [8 + 8 * given, 8 + 8 * given], 'filled');
      same(submissions[1] > submissions[0] + 3, true, `${submissions.join(', ')} submissions`);
    }
  },

  'a geometry shader is charged for what it may emit, and refused before it is drawn': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 4, 4);
    const state = fullState(stage(colorShader(1, 1, 1, 1)), [target(of)], {
      ...triangles,
      topology: 2,
      geometry: stage(amplifyingShader),
    });
    const work = workOf(100_000);
    await bench.renderer.draw(state, plainCall(3, { instanceCount: 1000 }), undefined, work);
    // Three corners of each of 62 triangles, each with 128 statements and more.
    same(work.charged > 3000 * 62 * 3 * 8, true, `charged ${work.charged}`);
    same(bench.omissions, ['a draw that costs too much'], 'omissions');
    same([...new Set(await bench.read(of))], [0], 'nothing is drawn');
  },

  'loops have fewer turns where there are many pixels': async (open) => {
    const bench = await open();
    for (const [width, height, turns] of [
      [1, 1, 2 ** 20],
      [1024, 1024, 2 ** 12],
    ] as const) {
      const of = surface('R32_UINT', width, height);
      await bench.fill(stage(endlessShader), of, {
        rasterizer: { ...plainRasterizer, scissorEnable: 1 },
        scissors: [{ left: 0, top: 0, right: 1, bottom: 1 }],
      });
      await bench.read(of);
      same(new Uint32Array(of.ownImage.buffer, 0, 1)[0], turns, `${width} × ${height}`);
    }
  },
};
