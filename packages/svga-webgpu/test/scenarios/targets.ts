import { plainBlend, plainCall, plainDepthStencil, plainRasterizer } from '@cg/svga-device/renderer-contract';
import {
  colorShader,
  element,
  fullState,
  positionShader,
  same,
  stage,
  surface,
  target,
  texture,
  buffer,
  type Scenario,
} from './bench.js';
import { nearest } from './texels.js';

/** Samples with the coordinates of the pixel. */
const sampleShader = (scale: number) => `ps_4_0
dcl_input_ps_siv linear noperspective v0.xy, position
dcl_output o0.xyzw
dcl_temps 1
dcl_sampler s0, mode_default
dcl_resource_texture2d (float,float,float,float) t0
mul r0.xy, v0.xyxx, l(${1 / scale}, ${1 / scale}, 0.0, 0.0)
sample o0.xyzw, r0.xyxx, t0.xyzw, s0
ret
`;

const clearView = (of: ReturnType<typeof surface>, subresources = [0], format = of.layout.format) => ({
  surface: of,
  format,
  slices: subresources.map((each) => {
    const { width, height, depth } = of.layout.mipOf(each);
    return { offset: of.layout.offsetOf(each), texels: width * height * depth };
  }),
  subresources,
  isWhole: true,
});

const whole = (...values: number[]) => `ps_4_0
dcl_output o0.xyzw
mov o0.xyzw, l(${values.join(', ')})
ret
`;

export const targetScenarios: Record<string, Scenario> = {
  'a clear becomes the beginning of a pass, or is done where it is read': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const of = surface('R8G8B8A8_UNORM', 4, 4);
    same(
      renderer.clear(clearView(of), { kind: 'color', color: Float64Array.of(0.2, 2, -1, 1) }),
      true,
      'clear',
    );
    same([...(await bench.read(of)).subarray(0, 4)], [51, 255, 0, 255], 'read');
    renderer.clear(clearView(of), { kind: 'color', color: Float64Array.of(1, 0, 0, 0) });
    await bench.fill(colorShader(0, 1, 0, 1), of, {
      rasterizer: { ...plainRasterizer, scissorEnable: 1 },
      scissors: [{ left: 0, top: 0, right: 1, bottom: 1 }],
    });
    same([...(await bench.read(of)).subarray(0, 8)], [0, 255, 0, 255, 255, 0, 0, 0], 'drawn over');
    same(
      renderer.clear(clearView(of), { kind: 'color', color: Float64Array.of(NaN, 0, 0, 0) }),
      false,
      'NaN',
    );
  },

  'clears of sRGB, integers, slices, depth and stencil': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const srgb = surface('B8G8R8A8_UNORM_SRGB', 2, 2);
    renderer.clear(clearView(srgb), { kind: 'color', color: Float64Array.of(0.21586, 0, 1, 0.5) });
    same([...(await bench.read(srgb)).subarray(0, 4)], [255, 0, 128, 128], 'srgb');
    await bench.fill(colorShader(0, 0, 0, 0), srgb, { blend: plainBlend({ renderTargetWriteMask: 0 }) });
    same([...(await bench.read(srgb)).subarray(0, 4)], [255, 0, 128, 128], 'srgb, drawn to');
    const integers = surface('R32G32B32A32_UINT', 2, 2);
    renderer.clear(clearView(integers), { kind: 'color', color: Float64Array.of(4294967295, 1e20, -5, 7.9) });
    same(
      [...new Uint32Array((await bench.read(integers)).buffer).subarray(0, 4)],
      [0xffffffff, 0xffffffff, 0, 7],
      'integers',
    );
    const volume = surface('R8_UNORM', 2, 2, { depth: 3 });
    renderer.clear(clearView(volume), { kind: 'color', color: Float64Array.of(1, 0, 0, 0) });
    same([...new Set(await bench.read(volume))], [255], 'volume');
    const depth = surface('D24_UNORM_S8_UINT', 2, 2);
    renderer.clear(clearView(depth), { kind: 'depth-stencil', depth: 0.5, stencil: 7 });
    renderer.clear({ ...clearView(depth), isWhole: false }, { kind: 'depth-stencil', stencil: 9 });
    same([...(await bench.read(depth)).subarray(0, 4)], [0, 0, 0x80, 9], 'depth and stencil');
    const x8 = surface('B8G8R8X8_UNORM', 2, 2);
    renderer.clear(clearView(x8), { kind: 'color', color: Float64Array.of(1, 1, 1, 1) });
    same([...(await bench.read(x8)).subarray(0, 4)], [255, 255, 255, 0], 'unused bits');
  },

  'blending, with and without alpha, and write masks': async (open) => {
    const bench = await open();
    const half = plainBlend({
      blendEnable: 1,
      srcBlend: 5,
      destBlend: 6,
      srcBlendAlpha: 2,
      destBlendAlpha: 1,
    });
    const of = surface('R8G8B8A8_UNORM', 2, 2);
    of.ownImage.fill(255);
    await bench.fill(colorShader(0, 0, 0, 0.2), of, { blend: half });
    same([...(await bench.read(of)).subarray(0, 4)], [204, 204, 204, 51], 'source alpha');
    const opaque = surface('B8G8R8X8_UNORM', 2, 2);
    const byTarget = plainBlend({ blendEnable: 1, srcBlend: 7, destBlend: 8 });
    await bench.fill(colorShader(1, 0.2, 0, 0), opaque, { blend: byTarget });
    same([...(await bench.read(opaque)).subarray(0, 4)], [0, 51, 255, 0], 'an alpha that is missing is 1');
    const alpha = surface('A8_UNORM', 2, 2);
    alpha.ownImage.fill(51);
    await bench.fill(colorShader(1, 1, 1, 0.4), alpha, {
      blend: plainBlend({ blendEnable: 1, srcBlendAlpha: 2, destBlendAlpha: 2 }),
    });
    same((await bench.read(alpha))[0], 153, 'alpha alone');
    const masked = surface('R8G8B8A8_UNORM', 2, 2);
    await bench.fill(colorShader(1, 1, 1, 1), masked, { blend: plainBlend({ renderTargetWriteMask: 5 }) });
    same([...(await bench.read(masked)).subarray(0, 4)], [255, 0, 255, 0], 'mask');
    const constant = surface('R8G8B8A8_UNORM', 2, 2);
    await bench.fill(colorShader(1, 1, 1, 1), constant, {
      blend: plainBlend({ blendEnable: 1, srcBlend: 12, srcBlendAlpha: 12 }),
      blendFactor: [0.2, 0.4, 0.6, 0.8],
    });
    same([...(await bench.read(constant)).subarray(0, 4)], [51, 102, 153, 204], 'constant');
  },

  'integers are limited to what a target holds': async (open) => {
    const bench = await open();
    const bytes = surface('R8G8B8A8_UINT', 1, 1);
    await bench.fill(whole(256, 255, 70000, 7), bytes);
    same(await bench.read(bytes), [255, 255, 255, 7], 'bytes');
    const signed = surface('R16G16_SINT', 1, 1);
    await bench.fill(whole(-32769, 40000, 0, 0), signed);
    same([...new Int16Array((await bench.read(signed)).buffer)], [-32768, 32767], 'signed');
    const packed = surface('R10G10B10A2_UINT', 1, 1);
    await bench.fill(whole(1023, 1024, 5, 4), packed);
    same([...new Uint32Array((await bench.read(packed)).buffer)], [0xc05fffff], 'packed');
  },

  'a texture is read as it was before the draw that draws to it': async (open) => {
    const bench = await open();
    const of = surface('R8G8B8A8_UNORM', 4, 4);
    for (let i = 0; i < 16; i++) {
      of.ownImage.set([10 * i, 255 - 10 * i, 0, 255], 4 * i);
    }
    const before = of.ownImage.slice();
    const upsideDown = sampleShader(4).replace(
      'mul r0.xy, v0.xyxx, l(0.25, 0.25, 0.0, 0.0)',
      'mad r0.xy, v0.xyxx, l(0.25, -0.25, 0.0, 0.0), l(0.0, 1.0, 0.0, 0.0)',
    );
    await bench.fill(stage(upsideDown, { views: [texture(of)], samplers: [nearest] }), of);
    const rows = [3, 2, 1, 0].flatMap((y) => [...before.subarray(16 * y, 16 * y + 16)]);
    same(await bench.read(of), rows, 'mirrored');
  },

  'targets of different sizes share the smaller one': async (open) => {
    const bench = await open();
    const small = surface('R8_UNORM', 2, 2);
    const large = surface('R8_UNORM', 4, 3);
    const both = `ps_4_0
dcl_output o0.xyzw
dcl_output o1.xyzw
mov o0.xyzw, l(1.0, 0.0, 0.0, 0.0)
mov o1.xyzw, l(0.2, 0.0, 0.0, 0.0)
ret
`;
    const viewports = [{ x: 0, y: 0, width: 4, height: 4, minDepth: 0, maxDepth: 1 }];
    await bench.draw(fullState(stage(both), [target(small), target(large)], { viewports }), plainCall(4));
    same(await bench.read(small), [255, 255, 255, 255], 'small');
    same(await bench.read(large), [51, 51, 0, 0, 51, 51, 0, 0, 0, 0, 0, 0], 'large');
    const depth = surface('D32_FLOAT', 4, 4);
    await bench.draw(
      fullState(stage(colorShader(0.4, 0, 0, 0)), [target(small)], {
        viewports,
        depthTarget: { ...target(depth), depthReadOnly: false, stencilReadOnly: false },
        depthStencil: { ...plainDepthStencil, depthEnable: 1, depthWriteMask: 1 },
      }),
      plainCall(4),
    );
    same(await bench.read(small), [102, 102, 102, 102], 'with a larger depth');
    const floats = new Float32Array((await bench.read(depth)).buffer);
    same([floats[0], floats[5], floats[2], floats[15]], [0.5, 0.5, 0, 0], 'depth');
  },

  'the first vertex that a geometry shader gives out chooses the layer, and one that is not there is the first':
    async (open) => {
      const bench = await open();
      const of = surface('R8_UNORM', 2, 2, { layers: 3 });
      const vertex = `vs_4_0
dcl_input v0.xy
dcl_input_siv v1.x, instance_id
dcl_output_siv o0.xyzw, position
dcl_output o1.x
mov o0.xy, v0.xyxx
mov o0.zw, l(0.0, 0.0, 0.5, 1.0)
mov o1.x, v1.x
ret
`;
      const geometry = `gs_4_0
dcl_input_siv v[3][0].xyzw, position
dcl_input v[3][1].x
dcl_temps 1
dcl_inputprimitive triangle
dcl_outputtopology trianglestrip
dcl_output_siv o0.xyzw, position
dcl_output_siv o1.x, rendertarget_array_index
dcl_maxout 3
mov o0.xyzw, v[0][0].xyzw
mov o1.x, v[0][1].x
emit
mov o0.xyzw, v[1][0].xyzw
iadd o1.x, v[0][1].x, l(1)
emit
mov o0.xyzw, v[2][0].xyzw
iadd o1.x, v[0][1].x, l(2)
emit
ret
`;
      const shade = `ps_4_0
dcl_input_ps_siv constant v1.x, rendertarget_array_index
dcl_output o0.xyzw
dcl_temps 1
utof r0.x, v1.x
mad o0.xyzw, r0.xxxx, l(0.2, 0.0, 0.0, 0.0), l(0.2, 0.0, 0.0, 0.0)
ret
`;
      const state = fullState(stage(shade), [target(of, { layers: 3 })], {
        vertex: stage(vertex),
        geometry: stage(geometry),
      });
      await bench.draw(state, plainCall(4, { instanceCount: 4 }));
      same(bench.omissions, [], 'omissions');
      same(
        await Promise.all([0, 1, 2].map(async (layer) => [...(await bench.read(of, layer))])),
        [204, 102, 153].map((value) => [value, value, value, value]),
        'layers',
      );
    },

  'a pixel shader writes depth where there is none': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 2, 2);
    const shade = `ps_4_0
dcl_output o0.xyzw
dcl_output oDepth
mov o0.xyzw, l(1.0, 0.0, 0.0, 0.0)
mov oDepth, l(0.25)
ret
`;
    await bench.fill(shade, of);
    same(bench.omissions, [], 'omissions');
    same((await bench.read(of))[0], 255, 'colour');
  },

  'copies between images that the GPU has': async (open) => {
    const bench = await open();
    const { renderer } = bench;
    const from = surface('R8G8B8A8_UNORM', 4, 4);
    const to = surface('R32_UINT', 4, 4);
    to.ownImage.fill(7);
    const whole = { x: 0, y: 0, z: 0, width: 4, height: 4, depth: 1 };
    same(
      renderer.copy({ surface: from, subresource: 0 }, { surface: to, subresource: 0 }, [
        { to: whole, from: whole },
      ]),
      false,
      'the CPU has both',
    );
    await bench.fill(colorShader(1, 0.2, 0, 1), from);
    const box = { to: { ...whole, x: 1, width: 2, height: 1 }, from: { x: 0, y: 3, z: 0 } };
    same(
      renderer.copy({ surface: from, subresource: 0 }, { surface: to, subresource: 0 }, [box]),
      true,
      'the GPU has one',
    );
    same(
      [...(await bench.read(to)).subarray(0, 16)],
      [7, 7, 7, 7, 255, 51, 0, 255, 255, 51, 0, 255, 7, 7, 7, 7],
      'bytes',
    );
    const packed = surface('B5G6R5_UNORM', 4, 4);
    same(
      renderer.copy(
        { surface: packed, subresource: 0 },
        { surface: surface('R16_UINT', 4, 4), subresource: 0 },
        [{ to: whole, from: whole }],
      ),
      false,
      'converted texels',
    );
    // A block of YUY2 is two texels of four bytes in all.
    same(
      renderer.copy({ surface: from, subresource: 0 }, { surface: surface('YUY2', 8, 4), subresource: 0 }, [
        { to: { ...whole, width: 8 }, from: whole },
      ]),
      false,
      'blocks that WebGPU lacks',
    );
  },

  'the scissor acts where the rasterizer says so': async (open) => {
    const bench = await open();
    const of = surface('R8_UNORM', 4, 1);
    const scissors = [{ left: 1, top: -5, right: 3, bottom: 100 }];
    await bench.fill(colorShader(1, 0, 0, 0), of, {
      scissors,
      rasterizer: { ...plainRasterizer, scissorEnable: 1 },
    });
    same(await bench.read(of), [0, 255, 255, 0], 'on');
    await bench.fill(colorShader(0.2, 0, 0, 0), of, { scissors, rasterizer: plainRasterizer });
    same(await bench.read(of), [51, 51, 51, 51], 'off');
    await bench.fill(colorShader(1, 0, 0, 0), of, {
      scissors: [{ left: 3, top: 0, right: 1, bottom: 9 }],
      rasterizer: { ...plainRasterizer, scissorEnable: 1 },
    });
    same(await bench.read(of), [51, 51, 51, 51], 'empty');
  },

  'attributes at any stride, of several slots of one surface': async (open) => {
    const bench = await open();
    const bytes = new Uint8Array(3 + 13 * 4 + 4);
    const view = new DataView(bytes.buffer);
    [-1, -1, -1, 1, 1, -1, 1, 1].forEach((value, i) =>
      view.setFloat32(3 + 13 * (i >> 1) + 4 * (i & 1), value, true),
    );
    for (let i = 0; i < 4; i++) {
      bytes.set([51, 102, 153, 204], 3 + 13 * i + 8);
    }
    const of = surface('R8G8B8A8_UNORM', 2, 2);
    const vertex = positionShader
      .replace('dcl_output_siv', 'dcl_input v1.xyzw\ndcl_output o1.xyzw\ndcl_output_siv')
      .replace('ret', 'mov o1.xyzw, v1.xyzw\nret');
    const shade = `ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
mov o0.xyzw, v1.xyzw
ret
`;
    const one = buffer(bytes);
    const state = fullState(stage(shade), [target(of)], {
      vertex: stage(vertex),
      inputLayout: {
        elements: [
          element(0, 'R32G32_FLOAT'),
          element(1, 'R8G8B8A8_UNORM', { inputSlot: 5, alignedByteOffset: 8 }),
        ],
      },
      vertexBuffers: [
        { surface: one, stride: 13, offset: 3 },
        undefined,
        undefined,
        undefined,
        undefined,
        { surface: one, stride: 13, offset: 3 },
      ],
    });
    await bench.draw(state, plainCall(4));
    same([...(await bench.read(of)).subarray(0, 4)], [51, 102, 153, 204], 'colours');
  },
};
