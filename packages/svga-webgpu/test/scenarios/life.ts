import type { SurfaceBox } from '@cg/surface-layout';
import { plainCall, plainDepthStencil } from '@cg/svga-device/renderer-contract';
import {
  clear,
  colorShader,
  fullState,
  same,
  shader,
  stage,
  surface,
  target,
  texture,
  type Bench,
  type Scenario,
  type TestSurface,
} from './bench.js';
import { nearest } from './texels.js';

function wholeOf({ layout }: TestSurface): SurfaceBox {
  const { width, height } = layout.description;
  return { x: 0, y: 0, z: 0, width, height, depth: 1 };
}

type Losing = (bench: Bench, of: TestSurface, to: TestSurface, samples: TestSurface) => unknown;

/** What is done as the device is lost. */
const losing: readonly Losing[] = [
  ({ renderer }, of, to) =>
    renderer.blit(
      { surface: of, subresource: 0 },
      { surface: to, subresource: 0 },
      { from: wholeOf(of), to: wholeOf(to) },
      { linear: true, linearLight: false },
    ),
  ({ renderer }, _of, to, samples) =>
    renderer.resolve({ surface: samples, subresource: 0 }, { surface: to, subresource: 0 }, to.layout.format),
  ({ renderer }, of) => {
    const range = { firstMip: 0, mips: 2, firstLayer: 0, layers: 1 };
    renderer.generateMips({ kind: 'texture', surface: of, format: of.layout.format, dimension: 3, ...range });
    return renderer.imageNeeded(of, 1);
  },
  ({ renderer }, of) => {
    const state = fullState(stage(colorShader(1, 0, 0, 1)), [target(of)]);
    return renderer.draw(state, plainCall(4, { instanceCount: 2 ** 20 }));
  },
];

export const lifeScenarios: Record<string, Scenario> = {
  'a pipeline is made once for each distinct state': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 4, 4);
    const copies = Array.from({ length: 4 }, () => ({
      tokens: shader(colorShader(1, 0, 0, 0)).tokens.slice(),
    }));
    for (let i = 0; i < 12; i++) {
      const pixel = { ...stage(colorShader(1, 0, 0, 0)), shader: copies[i % 4] };
      await bench.draw(
        fullState(pixel, [target(i % 3 === 0 ? of : surface('R8_UNORM', 4, 4))], {
          depthStencil: { ...plainDepthStencil },
        }),
        plainCall(4),
      );
    }
    same(bench.renderer.statistics.pipelines, 1, 'pipelines');
    same(bench.renderer.statistics.draws, 12, 'draws');
  },

  'draws with the same targets are one submission': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 4, 4);
    const state = fullState(stage(colorShader(1, 0, 0, 0)), [target(of)]);
    for (let i = 0; i < 100; i++) {
      bench.renderer.draw(state, plainCall(4));
    }
    await bench.read(of);
    same(bench.renderer.statistics.submissions, 1, 'submissions');
  },

  'constants of more bytes than are kept between submissions': async (open) => {
    const bench = await open();
    const of = surface('R32_FLOAT', 1, 1);
    const load = `ps_4_0
dcl_output o0.x
dcl_constantbuffer cb0[4096], immediateIndexed
mov o0.x, cb0[4095].w
ret
`;
    for (let i = 0; i < 160; i++) {
      const constants = surface('BUFFER', 65_536);
      new Float32Array(constants.ownImage.buffer)[16_383] = i;
      const range = { surface: constants, offset: 0, size: 65_536 };
      bench.renderer.draw(fullState(stage(load, { constants: [range] }), [target(of)]), plainCall(4));
    }
    await bench.read(of);
    same(new Float32Array(of.ownImage.buffer)[0], 159, 'the last');
  },

  'what changes while it is read back is not taken for what was read': async (open) => {
    const bench = await open();
    for (const of of [surface('R8_UNORM', 4, 4), surface('D16_UNORM', 4, 4)]) {
      clear(bench, of, 1);
      let reading = bench.renderer.imageNeeded(of, 0);
      of.ownImage.fill(7);
      bench.renderer.imageWritten(of, 0);
      await reading;
      same(of.ownImage[0], 7, 'what the device has written');
      clear(bench, of, 1);
      reading = bench.renderer.imageNeeded(of, 0);
      clear(bench, of, 0);
      await reading;
      same((await bench.read(of))[0], 0, 'what the GPU has drawn');
    }
  },

  'a device that is lost is replaced: what the device has is drawn again': async (open) => {
    const other = await open();
    const bench = await open({ requestDevice: () => Promise.resolve(other.device) });
    const of = surface('R8_UNORM', 2, 2);
    const painted = surface('R8_UNORM', 2, 2);
    painted.ownImage.fill(51);
    const load = `ps_4_0
dcl_output o0.xyzw
dcl_sampler s0, mode_default
dcl_resource_texture2d (float,float,float,float) t0
sample o0.xyzw, l(0.5, 0.5, 0.0, 0.0), t0.xyzw, s0
ret
`;
    const pixel = stage(load, { views: [texture(painted)], samplers: [nearest] });
    await bench.fill(pixel, of);
    same((await bench.read(of))[0], 51, 'before');
    await bench.fill(colorShader(1, 0, 0, 0), of);
    bench.device.destroy();
    await bench.device.lost;
    await bench.read(of);
    same(of.ownImage[0], 51, 'what was drawn since is lost');
    await bench.fill(pixel, of);
    same((await bench.read(of))[0], 51, 'after');
    same(bench.renderer.statistics.lostDevices, 1, 'lost');
  },

  'a device that is lost amid blits, resolves, mips and a draw in parts is replaced': async (open) => {
    for (const operate of losing) {
      const other = await open();
      const bench = await open({ requestDevice: () => Promise.resolve(other.device) });
      const of = surface('R8G8B8A8_UNORM', 64, 64, { mipLevels: 2 });
      const to = surface('R8G8B8A8_UNORM', 32, 32);
      const samples = surface('R8G8B8A8_UNORM', 32, 32, { samples: 4 });
      of.ownImage.fill(51);
      await bench.fill(colorShader(1, 0, 0, 1), target(of));
      await bench.fill(colorShader(1, 0, 0, 1), samples);
      const operation = operate(bench, of, to, samples);
      bench.device.destroy();
      await bench.device.lost;
      await operation;
      await bench.read(to);
      // What is not there any more is left to the device, which has its own bytes.
      const boxes = { from: wholeOf(of), to: wholeOf(to) };
      const filter = { linear: true, linearLight: false };
      bench.renderer.blit({ surface: of, subresource: 0 }, { surface: to, subresource: 0 }, boxes, filter);
      await bench.fill(colorShader(0, 1, 0, 1), to);
      same([...(await bench.read(to)).subarray(0, 4)], [0, 255, 0, 255], 'after');
      same(bench.renderer.statistics.lostDevices, 1, 'lost');
    }
  },

  'without another device everything is left out': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 2, 2);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    bench.device.destroy();
    await bench.device.lost;
    await bench.fill(colorShader(1, 0, 0, 0), of);
    same(bench.renderer.imageNeeded(of, 0), undefined, 'nothing to read');
    same(
      bench.renderer.clear(
        { surface: of, format: of.layout.format, slices: [], subresources: [0], isWhole: true },
        { kind: 'color', color: new Float64Array(4) },
      ),
      false,
      'clear',
    );
    same(await bench.renderer.endQuery({ type: 0 }), undefined, 'query');
    same(bench.omissions, ['the device is lost'], 'omissions');
  },

  'the bytes on the GPU are bounded: what was not used lately comes back, and goes up again': async (
    open,
  ) => {
    const most = 2 ** 16;
    const bench = await open({ maxGpuBytes: most });
    const many = Array.from({ length: 12 }, () => surface('R8G8B8A8_UNORM', 64, 64));
    for (const [i, of] of many.entries()) {
      await bench.fill(colorShader(i / 255, 0, 0, 1), of);
      same(bench.renderer.statistics.gpuBytes <= most, true, 'bytes');
    }
    const load = `ps_4_0
dcl_output o0.xyzw
dcl_resource_texture2d (float,float,float,float) t0
ld o0.xyzw, l(0, 0, 0, 0), t0.xyzw
ret
`;
    for (const [i, of] of many.entries()) {
      const picture = surface('R8G8B8A8_UNORM', 1, 1);
      await bench.fill(stage(load, { views: [texture(of)] }), picture);
      same([...(await bench.read(picture))], [i, 0, 0, 255], 'read by a shader');
      same([...(await bench.read(of)).subarray(0, 4)], [i, 0, 0, 255], 'read');
      same(bench.renderer.statistics.gpuBytes <= most, true, 'bytes');
    }
    const large = surface('R8G8B8A8_UNORM', 256, 256);
    await bench.fill(colorShader(1, 0, 0, 1), large);
    same((await bench.read(large))[0], 0, 'no room');
    same(bench.omissions, ['no target to draw to'], 'omissions');
  },

  'dropped and reset surfaces free their memory': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 64, 64);
    await bench.fill(colorShader(1, 0, 0, 0), of);
    same(bench.renderer.statistics.gpuBytes > of.layout.bytes, true, 'there');
    bench.renderer.surfaceDropped(of);
    same(bench.renderer.statistics.gpuBytes < 1024, true, 'dropped');
    bench.renderer.reset();
    same(bench.renderer.statistics.gpuBytes, 0, 'reset');
  },
};
