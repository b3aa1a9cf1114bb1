import type { PipelineState } from '@cg/svga-device';
import { plainBlend } from '@cg/svga-device/renderer-contract';
import { describe, expect, it } from 'vitest';
import { draw, pipeline, stage, TestSurface, whole } from './pipeline.js';

type Rest = Partial<PipelineState>;

describe('blending', () => {
  const source = [0.25, 0.5, 0.75, 0.375];
  const second = [0.125, 1, 0.5, 0.625];
  const target = [0.5, 0.25, 1, 0.75];
  const constant = [0.75, 0.5, 0.25, 0.125];
  const twoOutputs = stage(`
    ps_4_0
    dcl_input_ps linear v1.xyzw
    dcl_output o0.xyzw
    dcl_output o1.xyzw
    mov o0.xyzw, v1.xyzw
    mov o1.xyzw, l(0.125, 1.0, 0.5, 0.625)
    ret
  `);
  const plain = (factor: number, i: number): number => {
    const invert = (value: number) => 1 - value;
    const [s, d] = [source[i], target[i]];
    const saturated = i === 3 ? 1 : Math.min(source[3], 1 - target[3]);
    const table = [
      0,
      1,
      s,
      invert(s),
      source[3],
      invert(source[3]),
      target[3],
      invert(target[3]),
      d,
      invert(d),
      saturated,
      constant[i],
      invert(constant[i]),
      second[i],
      invert(second[i]),
      second[3],
      invert(second[3]),
      constant[3],
      invert(constant[3]),
    ];
    return table[factor - 1];
  };
  const equation = (op: number, s: number, d: number, i: number): number =>
    [s + d, s - d, d - s, Math.min(source[i], target[i]), Math.max(source[i], target[i])][op - 1];

  it('has all factors and equations of colour and of alpha', () => {
    for (let factor = 1; factor <= 19; factor++) {
      for (let op = 1; op <= 5; op++) {
        const other = 20 - factor;
        const state = {
          blendEnable: 1,
          srcBlend: factor,
          destBlend: other,
          blendOp: op,
          srcBlendAlpha: other,
          destBlendAlpha: factor,
          blendOpAlpha: 6 - op,
        };
        const surface = new TestSurface('R32G32B32A32_FLOAT', 1, 1);
        new Float32Array(surface.ownImage.buffer).set(target);
        draw(
          pipeline(surface, whole(source), {
            pixel: twoOutputs,
            blend: plainBlend(state),
            blendFactor: constant,
          }),
          6,
        );
        const expected = source.map((s, i) => {
          const [a, b, o] = i === 3 ? [other, factor, 6 - op] : [factor, other, op];
          return equation(o, s * plain(a, i), target[i] * plain(b, i), i);
        });
        expect([...surface.floats], `factor ${factor}, equation ${op}`).toEqual(expected);
      }
    }
  });

  it('limits the source to the range of the target, and blends in linear light', () => {
    const add = plainBlend({ blendEnable: 1, srcBlend: 2, destBlend: 2, destBlendAlpha: 2 });
    const unorm = new TestSurface('R8G8B8A8_UNORM', 1, 1);
    unorm.ownImage.set([10, 20, 30, 40]);
    draw(pipeline(unorm, whole([-1, 2, 0.5, NaN]), { blend: add }), 6);
    expect([...unorm.ownImage]).toEqual([10, 255, 158, 40]);
    const srgb = new TestSurface('R8G8B8A8_UNORM_SRGB', 1, 1);
    srgb.ownImage.set([188, 188, 0, 128]); // 0.5029 in linear light
    const half = plainBlend({
      blendEnable: 1,
      srcBlend: 12,
      destBlend: 12,
      srcBlendAlpha: 12,
      destBlendAlpha: 12,
    });
    draw(pipeline(srgb, whole([0, 1, 1, 0]), { blend: half, blendFactor: [0.5, 0.5, 0.5, 0.5] }), 6);
    expect([...srgb.ownImage]).toEqual([137, 225, 188, 64]);
  });

  it('is independent, or that of the first target', () => {
    const both = stage(
      `
        ps_4_0
        dcl_input_ps linear v1.xyzw
        dcl_output o0.xyzw
        dcl_output o1.xyzw
        mov o0.xyzw, v1.xyzw
        mov o1.xyzw, v1.xyzw
        ret
      `,
    );
    for (const independentBlendEnable of [0, 1]) {
      const surfaces = [1, 2].map(() => new TestSurface('R8_UNORM', 1, 1));
      const blend = plainBlend({}, { independentBlendEnable });
      const perRT = blend.perRT.map((each, i) => ({ ...each, renderTargetWriteMask: i === 0 ? 15 : 14 }));
      const targets = surfaces.map((surface) => surface.target());
      draw(pipeline(surfaces[0], whole(), { pixel: both, targets, blend: { ...blend, perRT } }), 6);
      expect(surfaces.map(({ ownImage }) => ownImage[0])).toEqual([
        255,
        independentBlendEnable === 0 ? 255 : 0,
      ]);
    }
  });
});

describe('stores', () => {
  const stored = (format: string, color: readonly number[], pixel?: Rest['pixel']): number[] => {
    const surface = new TestSurface(format, 1, 1);
    draw(pipeline(surface, whole(color), pixel === undefined ? {} : { pixel }), 6);
    return [...surface.ownImage];
  };

  it.each([
    ['R8G8B8A8_UNORM', [0.5, 1.5, -1, NaN], [128, 255, 0, 0]],
    ['R8G8B8A8_SNORM', [0.5, -0.5, -2, 1], [64, 256 - 64, 256 - 127, 127]],
    ['B8G8R8A8_UNORM', [1, 0.2, 0, 0.4], [0, 51, 255, 102]],
    ['B8G8R8X8_UNORM', [1, 0.2, 0, 0.4], [0, 51, 255, 0]],
    ['A8_UNORM', [1, 1, 1, 0.2], [51]],
    ['R8G8B8A8_UNORM_SRGB', [0.5, 0.0031308, 0.2, 0.5], [188, 10, 124, 128]],
    ['B5G6R5_UNORM', [1, 0, 1, 0], [0x1f, 0xf8]],
    ['R10G10B10A2_UNORM', [1, 0, 1, 1], [0xff, 0x03, 0xf0, 0xff]],
    ['R16_FLOAT', [65504, 0, 0, 0], [0xff, 0x7b]],
    ['R16_FLOAT', [1 + 2 ** -11, 0, 0, 0], [0x00, 0x3c]],
    ['R16_FLOAT', [1 + 3 * 2 ** -11, 0, 0, 0], [0x02, 0x3c]],
    ['R11G11B10_FLOAT', [1, -1, 2, 0], [0xc0, 0x03, 0x00, 0x80]],
  ] as const)('%s of %j', (format, color, bytes) => {
    expect(stored(format, color)).toEqual(bytes);
  });

  it.each([
    ['R8G8B8A8_UINT', 'l(1, 300, 0x7fffffff, -1)', [1, 255, 255, 255]],
    ['R8G8B8A8_SINT', 'l(1, 300, -300, -1)', [1, 127, 128, 255]],
    ['R16G16_SINT', 'l(-2, 70000, 0, 0)', [0xfe, 0xff, 0xff, 0x7f]],
  ] as const)('%s of integers %s', (format, value, bytes) => {
    expect(
      stored(format, [0, 0, 0, 0], stage(`ps_4_0\ndcl_output o0.xyzw\nmov o0.xyzw, ${value}\nret\n`)),
    ).toEqual(bytes);
  });

  it('only what the write mask lets through', () => {
    for (let mask = 0; mask < 16; mask++) {
      const surface = new TestSurface('B8G8R8A8_UNORM', 1, 1);
      surface.ownImage.set([1, 2, 3, 4]);
      draw(pipeline(surface, whole(), { blend: plainBlend({ renderTargetWriteMask: mask }) }), 6);
      const expected = [4, 2, 1, 8].map((bit, i) => ((mask & bit) === 0 ? i + 1 : 255));
      expect([...surface.ownImage], `mask ${mask}`).toEqual(expected);
    }
  });

  it('nothing in targets that the shader does not write, and in none without a shader', () => {
    const [first, other] = [1, 2].map(() => new TestSurface('R8_UNORM', 1, 1));
    draw(pipeline(first, whole(), { targets: [first.target(), other.target()] }), 6);
    expect([first.ownImage[0], other.ownImage[0]]).toEqual([255, 0]);
    draw(pipeline(other, whole(), { pixel: undefined }), 6);
    expect(other.ownImage[0]).toBe(0);
  });

  it('in mips, layers, slices and faces', () => {
    const texture = new TestSurface('R8_UNORM', 4, 4, { mipLevels: 2, layers: 3 });
    draw(
      pipeline(texture, whole(), {
        targets: [texture.target(undefined, { mip: 1, firstLayer: 2, layers: 1 })],
      }),
      6,
    );
    const { mipChainBytes } = texture.layout;
    const lit = [...texture.ownImage.keys()].filter((i) => texture.ownImage[i] > 0);
    expect(lit).toEqual([16, 17, 18, 19].map((i) => 2 * mipChainBytes + i));
    const volume = new TestSurface('R8_UNORM', 2, 2, { depth: 3 });
    draw(pipeline(volume, whole(), { targets: [volume.target(undefined, { firstLayer: 1, layers: 1 })] }), 6);
    expect([...volume.ownImage]).toEqual([0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0]);
  });

  it('in the part that targets of different sizes share', () => {
    const [small, large] = [new TestSurface('R8_UNORM', 2, 2), new TestSurface('R8_UNORM', 4, 4)];
    draw(pipeline(large, whole(), { targets: [large.target(), small.target()] }), 6);
    expect([...large.ownImage].map((byte) => byte > 0)).toEqual(
      [3, 3, 0, 0].flatMap((n) => [n > 0, n > 0, false, false]),
    );
  });
});

describe('samples', () => {
  it('lie in the standard pattern', () => {
    // A triangle left of a vertical edge covers the samples left of it.
    const covered = (x: number) => {
      const surface = new TestSurface('R8_UNORM', 1, 1, { samples: 4 });
      const edge = 2 * x - 1;
      draw(
        pipeline(
          surface,
          [
            [-9, -9],
            [edge, 9],
            [edge, -9],
          ].map((place) => [...place, 0, 1, 1, 1, 1, 1]),
        ),
        3,
      );
      return surface.ownImage.reduce((mask, byte, sheet) => mask | (byte > 0 ? 1 << sheet : 0), 0);
    };
    expect([2.1, 6.1, 10.1, 14.1].map((sixteenths) => covered(sixteenths / 16))).toEqual([
      0b0100, 0b0101, 0b1101, 0b1111,
    ]);
  });

  it('are those of the mask, of the shader and of alpha', () => {
    const sheets = (rest: Rest, alpha = 1) => {
      const surface = new TestSurface('R8_UNORM', 1, 1, { samples: 4 });
      draw(pipeline(surface, whole([1, 1, 1, alpha]), rest), 6);
      return [...surface.ownImage].map((byte) => byte / 255);
    };
    expect(sheets({ sampleMask: 0b1010 })).toEqual([0, 1, 0, 1]);
    const coverage = stage(
      'ps_4_1\ndcl_output o0.xyzw\ndcl_output oMask\nmov oMask, l(6)\nmov o0.xyzw, l(1.0, 1.0, 1.0, 1.0)\nret\n',
    );
    expect(sheets({ pixel: coverage })).toEqual([0, 1, 1, 0]);
    const blend = plainBlend({}, { alphaToCoverageEnable: 1 });
    const counts = [0, 0.1, 0.25, 0.5, 0.8, 1].map((alpha) =>
      sheets({ blend }, alpha).reduce((sum, one) => sum + one),
    );
    expect(counts).toEqual([0, 0, 1, 2, 3, 4]);
  });

  it('have a shader run each, where it asks for it', () => {
    const surface = new TestSurface('R8_UNORM', 1, 1, { samples: 4 });
    const pixel = stage(
      `
        ps_4_1
        dcl_input_ps_sgv constant v2.x, sample_index
        dcl_output o0.xyzw
        dcl_temps 1
        utof r0.x, v2.x
        mul o0.xyzw, r0.xxxx, l(0.2, 0.2, 0.2, 0.2)
        ret
      `,
    );
    draw(pipeline(surface, whole(), { pixel }), 6);
    expect([...surface.ownImage]).toEqual([0, 51, 102, 153]);
  });
});
