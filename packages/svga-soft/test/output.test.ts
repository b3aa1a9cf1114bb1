import type { DepthTargetView, PipelineState } from '@cg/svga-device';
import { plainBlend, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { describe, expect, it } from 'vitest';
import { depthStencil, draw, pipeline, stage, TestSurface, whole } from './pipeline.js';

type Rest = Partial<PipelineState>;

const functions = [1, 2, 3, 4, 5, 6, 7, 8];
const operations = [1, 2, 3, 4, 5, 6, 7, 8];

function holds(func: number, a: number, b: number): boolean {
  return [a < b, a === b, a > b].some((holdsNow, i) => holdsNow && (((func - 1) >> i) & 1) === 1);
}

function depthView(surface: TestSurface, rest: Partial<DepthTargetView> = {}): DepthTargetView {
  return { ...surface.target(), depthReadOnly: false, stencilReadOnly: false, ...rest };
}

/** A depth-stencil surface of one texel, and a target to see what has passed. */
function oneTexel(format: string, bytes: readonly number[]): { depth: TestSurface; target: TestSurface } {
  const depth = new TestSurface(format, 1, 1);
  depth.ownImage.set(bytes);
  return { depth, target: new TestSurface('R32_FLOAT', 1, 1) };
}

describe('depth', () => {
  it.each(functions)('function %i compares as it says', (depthFunc) => {
    for (const z of [0.25, 0.5, 0.75]) {
      const { depth, target } = oneTexel('D32_FLOAT', [0, 0, 0, 0x3f]); // 0.5
      const rest: Rest = { depthTarget: depthView(depth), depthStencil: { ...depthStencil, depthFunc } };
      draw(pipeline(target, whole(undefined, z), rest), 6);
      // The second triangle does not cover the pixel again.
      const passes = holds(depthFunc, z, 0.5);
      expect([target.floats[0], depth.floats[0]], `z ${z}`).toEqual([passes ? 1 : 0, passes ? z : 0.5]);
    }
  });

  it.each([
    ['D16_UNORM', 2 ** 16 - 1, 0],
    ['D24_UNORM_S8_UINT', 2 ** 24 - 1, 0xab000000],
  ])('of %s is stored rounded to the nearest, and stencil stays', (format, most, stencil) => {
    for (const z of [0, 0.1, 0.3, 0.49999, 0.9999999, 1]) {
      const { depth, target } = oneTexel(format, [255, 255]);
      depth.ownImage.fill(0xff, 2);
      if (stencil > 0) {
        depth.ownImage[3] = stencil >>> 24;
      }
      const always = { ...depthStencil, depthFunc: 8 };
      draw(pipeline(target, whole(undefined, z), { depthTarget: depthView(depth), depthStencil: always }), 6);
      const stored = depth.ownImage.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
      expect(stored, `z ${z}`).toBe(Math.round(Math.fround(z) * most) + stencil);
    }
  });

  it('is not written where the view, or the state, is read-only', () => {
    for (const [view, state] of [
      [{ depthReadOnly: true }, {}],
      [{}, { depthWriteMask: 0 }],
    ] as const) {
      const { depth, target } = oneTexel('D32_FLOAT', [0, 0, 0, 0x3f]);
      const rest: Rest = { depthTarget: depthView(depth, view), depthStencil: { ...depthStencil, ...state } };
      draw(pipeline(target, whole(undefined, 0.25), rest), 6);
      expect([target.floats[0], depth.floats[0]]).toEqual([1, 0.5]);
    }
  });

  it.each([
    ['constant, in units of the format', 'D16_UNORM', { depthBias: 3 }, 3 / 65535],
    ['constant, in units of a float of its size', 'D32_FLOAT', { depthBias: 3 }, 3 * 2 ** -25],
    ['sloped', 'D32_FLOAT', { slopeScaledDepthBias: 2 }, 2 / 16],
    ['sloped, but limited', 'D32_FLOAT', { slopeScaledDepthBias: 2, depthBiasClamp: 0.1 }, 0.1],
    ['negative, and limited', 'D32_FLOAT', { slopeScaledDepthBias: -2, depthBiasClamp: -0.05 }, -0.05],
  ])('has a bias: %s', (_, format, bias, expected) => {
    const depths = [{}, bias].map((state) => {
      const target = new TestSurface('R32_FLOAT', 4, 4);
      const depth = new TestSurface(format, 4, 4);
      // 0.25 in the middle; over 4 pixels, it grows by a quarter to the right.
      const slope = 'slopeScaledDepthBias' in bias ? 1 / 8 : 0;
      const vertices = whole().map(([x, y, , ...rest]) => [x, y, 0.3 + slope * x, ...rest]);
      const always = { ...depthStencil, depthFunc: 8 };
      const rest = {
        depthTarget: depthView(depth),
        depthStencil: always,
        rasterizer: { ...plainRasterizer, ...state },
      };
      draw(pipeline(target, vertices, rest), 6);
      return format === 'D32_FLOAT' ? depth.floats[5] : new Uint16Array(depth.ownImage.buffer)[5] / 65535;
    });
    expect(depths[1] - depths[0]).toBeCloseTo(expected, 6);
    expect(depths[1]).not.toBe(depths[0]);
  });

  it('comes from the shader, within the viewport', () => {
    const pixel = stage(
      `
        ps_4_0
        dcl_input_ps linear v1.xyzw
        dcl_output o0.xyzw
        dcl_output oDepth
        mov oDepth.x, v1.x
        mov o0.xyzw, v1.xyzw
        ret
      `,
    );
    const viewports = [{ x: 0, y: 0, width: 1, height: 1, minDepth: 0.25, maxDepth: 0.5 }];
    const stored = [0.3, 0.1, 0.9].map((value) => {
      const { depth, target } = oneTexel('D32_FLOAT', [0, 0, 0x80, 0x3f]);
      draw(pipeline(target, whole([value, 0, 0, 0]), { pixel, viewports, depthTarget: depthView(depth) }), 6);
      return depth.floats[0];
    });
    expect(stored).toEqual([Math.fround(0.3), 0.25, 0.5]);
  });
});

describe('stencil', () => {
  const changed = (operation: number, value: number, reference: number): number =>
    [
      value,
      0,
      reference,
      Math.min(value + 1, 255),
      Math.max(value - 1, 0),
      value ^ 255,
      (value + 1) & 255,
      (value - 1) & 255,
    ][operation - 1];

  it.each(operations)('operation %i changes fail, depth fail and pass, of front and back', (operation) => {
    for (const value of [0, 7, 255]) {
      for (const which of ['Fail', 'DepthFail', 'Pass'] as const) {
        for (const side of ['front', 'back'] as const) {
          const { depth, target } = oneTexel('D24_UNORM_S8_UINT', [255, 255, 127, value]);
          const state = {
            ...depthStencil,
            stencilEnable: 1,
            [`${side}StencilFunc`]: which === 'Fail' ? 1 : 8,
            [`${side}Stencil${which}Op`]: operation,
            depthFunc: which === 'DepthFail' ? 1 : 8,
            depthWriteMask: 0,
          };
          const corners = side === 'front' ? whole() : whole().toReversed();
          draw(
            pipeline(target, corners, {
              depthStencil: state,
              depthTarget: depthView(depth),
              stencilReference: 0x35,
            }),
            6,
          );
          expect([...depth.ownImage], `${which} ${side} ${value}`).toEqual([
            255,
            255,
            127,
            changed(operation, value, 0x35),
          ]);
          expect(target.floats[0]).toBe(which === 'Pass' ? 1 : 0);
        }
      }
    }
  });

  it.each(functions)('function %i compares the reference with the value, both masked', (func) => {
    for (const value of [0x12, 0x15, 0x18]) {
      const { depth, target } = oneTexel('D24_UNORM_S8_UINT', [0, 0, 0, value]);
      const state = {
        ...depthStencil,
        depthEnable: 0,
        stencilEnable: 1,
        stencilReadMask: 0x0f,
        frontStencilFunc: func,
      };
      draw(
        pipeline(target, whole(), {
          depthStencil: state,
          depthTarget: depthView(depth),
          stencilReference: 0xf5,
        }),
        6,
      );
      expect(target.floats[0] === 1, `value ${value}`).toBe(holds(func, 5, value & 15));
    }
  });

  it('is written under a mask, not at all if read-only, and not by a side that is disabled', () => {
    const replace = { ...depthStencil, depthEnable: 0, stencilEnable: 1, frontStencilPassOp: 3 };
    const write = (state: object, view: Partial<DepthTargetView>) => {
      const { depth, target } = oneTexel('D24_UNORM_S8_UINT', [0, 0, 0, 0x0f]);
      draw(
        pipeline(target, whole(), {
          depthStencil: { ...replace, ...state },
          depthTarget: depthView(depth, view),
          stencilReference: 0xff,
        }),
        6,
      );
      return depth.ownImage[3];
    };
    expect(write({ stencilWriteMask: 0x3c }, {})).toBe(0x3f);
    expect(write({}, { stencilReadOnly: true })).toBe(0x0f);
    expect(write({ frontEnable: 0, frontStencilFunc: 1 }, {})).toBe(0x0f);
  });
});

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
