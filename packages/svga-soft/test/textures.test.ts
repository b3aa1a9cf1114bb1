import type { ResourceView, SamplerState } from '@cg/svga-device';
import { describe, expect, it } from 'vitest';
import { draw, format, pipeline, sampler, stage, TestSurface, whole } from './pipeline.js';
import { result } from './sampled.js';

const MIP = 1;
const LINEAR = 4 | 16;

const SAMPLE = 'sample_l r1.xyzw, r0.xyzw, t0.xyzw, s0, l(0.0)';

/** A texture of floats, of which texel i is i + 1 in red. */
function numbered(
  width: number,
  height: number,
  rest: ConstructorParameters<typeof TestSurface>[3] = {},
): TestSurface {
  const surface = new TestSurface('R32_FLOAT', width, height, rest);
  new Float32Array(surface.ownImage.buffer).forEach((_, i, all) => (all[i] = i + 1));
  return surface;
}

/** The texel of an axis by the rules of address modes, from the coordinate's meaning; −1 for the border. */
function wrapped(mode: number, i: number, size: number): number {
  const inside = (place: number) => Math.min(Math.max(place, 0), size - 1);
  const folded = ((i % (2 * size)) + 2 * size) % (2 * size);
  switch (mode) {
    case 1:
      return folded % size;
    case 2:
      return folded < size ? folded : 2 * size - 1 - folded;
    case 4:
      return i < 0 || i >= size ? -1 : i;
    case 5:
      return inside(i < 0 ? -1 - i : i);
    default:
      return inside(i);
  }
}

describe('filters', () => {
  const [width, height] = [4, 2];
  const texture = numbered(width, height).texture();
  const texel = (modes: readonly number[], i: number, j: number): number => {
    const [column, row] = [wrapped(modes[0], i, width), wrapped(modes[1], j, height)];
    return column < 0 || row < 0 ? 100 : row * width + column + 1;
  };
  const places = [-1.3, -0.6, -0.01, 0, 0.1, 0.25, 0.49, 0.625, 0.99, 1, 1.2, 1.7, 2.4];

  it.each([1, 2, 3, 4, 5, 6])('address mode %i, nearest and linear', (mode) => {
    for (const u of places) {
      for (const v of [-0.3, 0.2, 0.8, 1.6]) {
        const modes = [mode, ((mode + 1) % 6) + 1];
        const state = { addressU: modes[0], addressV: modes[1], borderColorR: 100 };
        const [x, y] = [Math.fround(u) * width, Math.fround(v) * height];
        const nearest = texel(modes, Math.floor(x), Math.floor(y));
        expect(result(SAMPLE, 'texture2d', texture, [u, v], state).floats[0], `${u} ${v}`).toBe(nearest);
        const [i, j] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
        const [a, b] = [x - 0.5 - i, y - 0.5 - j];
        const linear =
          (1 - b) * ((1 - a) * texel(modes, i, j) + a * texel(modes, i + 1, j)) +
          b * ((1 - a) * texel(modes, i, j + 1) + a * texel(modes, i + 1, j + 1));
        const found = result(SAMPLE, 'texture2d', texture, [u, v], { ...state, filter: LINEAR }).floats[0];
        expect(found, `linear ${u} ${v}`).toBeCloseTo(linear, 4);
      }
    }
  });

  it('a border has the channels of the format, and what texels have for others', () => {
    const border = { borderColorR: 0.25, borderColorG: 0.5, borderColorB: 0.75, borderColorA: 0.375 };
    const state = { addressU: 4, addressV: 4, ...border };
    const beyond = (name: string) =>
      result(SAMPLE, 'texture2d', new TestSurface(name, 4, 4).texture(), [2, 2, 0, 0], state).floats;
    expect(beyond('R8G8B8A8_UNORM')).toEqual([0.25, 0.5, 0.75, 0.375]);
    expect(beyond('B8G8R8X8_UNORM')).toEqual([0.25, 0.5, 0.75, 1]);
    expect(beyond('R32_FLOAT')).toEqual([0.25, 0, 0, 1]);
    expect(beyond('A8_UNORM')).toEqual([0, 0, 0, 0.375]);
    expect(beyond('BC5_UNORM')).toEqual([0.25, 0.5, 0, 1]);
  });

  it('offsets move by texels before the address mode', () => {
    const sample = 'sample_l_aoffimmi(1,-1,0) r1.xyzw, r0.xyzw, t0.xyzw, s0, l(0.0)';
    expect(result(sample, 'texture2d', texture, [0.1, 0.75]).floats[0]).toBe(2);
    expect(result(sample, 'texture2d', texture, [0.9, 0.25], { addressU: 1, addressV: 1 }).floats[0]).toBe(5);
  });

  it('places that are no numbers are read as 0', () => {
    expect(result(SAMPLE, 'texture2d', texture, [NaN, Infinity]).floats[0]).toBe(1);
  });

  it('volumes mix eight texels', () => {
    const volume = numbered(2, 2, { depth: 2 }).texture();
    expect(result(SAMPLE, 'texture3d', volume, [0.5, 0.5, 0.5], { filter: LINEAR }).floats[0]).toBe(4.5);
    expect(result(SAMPLE, 'texture3d', volume, [0.9, 0.1, 0.9]).floats[0]).toBe(6);
  });

  it('layers are rounded to the nearest, and limited', () => {
    const layers = numbered(1, 1, { layers: 4 }).texture();
    const found = [-3, 0.4, 0.6, 1.5, 2.5, 9].map(
      (layer) => result(SAMPLE, 'texture2darray', layers, [0, 0, layer]).floats[0],
    );
    expect(found).toEqual([1, 1, 2, 3, 3, 4]);
  });

  it('a missing alpha is 1, missing colours are 0; nothing bound is 0', () => {
    expect(result(SAMPLE, 'texture2d', texture, [0, 0]).floats).toEqual([1, 0, 0, 1]);
    expect(result(SAMPLE, 'texture2d', undefined, [0, 0]).floats).toEqual([0, 0, 0, 0]);
  });
});

describe('mips', () => {
  const surface = new TestSurface('R32_FLOAT', 8, 8, { mipLevels: 4 });
  const floats = new Float32Array(surface.ownImage.buffer);
  surface.layout.mips.forEach(({ offset, bytes }, level) =>
    floats.fill(level, offset / 4, (offset + bytes) / 4),
  );
  const lodOf = (
    lod: number,
    state: Partial<SamplerState>,
    view: Partial<ResourceView & { kind: 'texture' }> = {},
  ) =>
    result(
      `sample_l r1.xyzw, r0.xyzw, t0.xyzw, s0, l(${lod.toFixed(4)})`,
      'texture2d',
      surface.texture(view),
      [0.5, 0.5],
      state,
    ).floats[0];

  it('the nearest, or a mix of two, within those of the view and of the sampler', () => {
    expect([0, 0.4, 0.6, 1.4, 2.6, 9].map((lod) => lodOf(lod, {}))).toEqual([0, 0, 1, 1, 3, 3]);
    expect([-1, 0.25, 1.5, 9].map((lod) => lodOf(lod, { filter: MIP }))).toEqual([0, 0.25, 1.5, 3]);
    expect([0, 3].map((lod) => lodOf(lod, { filter: MIP, minLOD: 0.5, maxLOD: 1.25 }))).toEqual([0.5, 1.25]);
    expect(lodOf(1, { filter: MIP, mipLODBias: 0.5 })).toBe(1.5);
    expect([0, 1, 5].map((lod) => lodOf(lod, {}, { firstMip: 1, mips: 2 }))).toEqual([1, 2, 2]);
  });

  it('follow the derivatives of the coordinates, or those that are given', () => {
    const lod = (step: string, bias = '0.0') =>
      result(
        `sample_d r1.xyzw, r0.xyzw, t0.xyzw, s0, l(${step}, 0.0, 0.0, 0.0), l(0.0, ${bias}, 0.0, 0.0)`,
        'texture2d',
        surface.texture(),
        [0.5, 0.5],
        { filter: MIP },
      ).floats[0];
    expect([lod('0.125'), lod('0.25'), lod('0.0', '0.5'), lod('0.25', '0.5')]).toEqual([0, 1, 2, 2]);
    // Over 4 pixels the coordinates go from 0 to 1: 2 texels a pixel.
    const target = new TestSurface('R32_FLOAT', 4, 4);
    const text = `
      ps_4_0
      dcl_input_ps linear v1.xyzw
      dcl_output o0.xyzw
      dcl_sampler s0, mode_default
      dcl_resource_texture2d (float,float,float,float) t0
      sample o0.xyzw, v1.xyxx, t0.xyzw, s0
      ret
    `;
    const corners = whole().map(([x, y, z, w]) => [x, y, z, w, (x + 1) / 2, (1 - y) / 2, 0, 0]);
    draw(
      pipeline(target, corners, {
        pixel: stage(text, { views: [surface.texture()], samplers: [{ ...sampler, filter: MIP }] }),
      }),
      6,
    );
    expect([...target.floats]).toEqual(Array.from({ length: 16 }, () => 1));
  });

  it('LOD tells the clamped and the unclamped level', () => {
    expect(
      result('lod r1.xyzw, l(0.5, 0.5, 0.0, 0.0), t0.xyzw, s0', 'texture2d', surface.texture(), [0], {
        mipLODBias: 5,
      }).floats[0],
    ).toBe(0);
  });

  it('RESINFO tells sizes and levels', () => {
    const info = (level: number) =>
      result(`resinfo_uint r1.xyzw, l(${level}), t0.xyzw`, 'texture2d', surface.texture(), [0]).words;
    expect([info(0), info(2), info(4)]).toEqual([
      [8, 8, 0, 4],
      [2, 2, 0, 4],
      [0, 0, 0, 4],
    ]);
  });
});

describe('cubes', () => {
  const size = 4;
  const surface = new TestSurface('R32G32_FLOAT', size, size, { layers: 6, cube: true });
  const floats = new Float32Array(surface.ownImage.buffer);
  for (let i = 0; i < floats.length / 2; i++) {
    floats[2 * i] = Math.floor(i / size ** 2);
    floats[2 * i + 1] = i % size ** 2;
  }
  const at = (place: readonly number[], state = {}) =>
    result(SAMPLE, 'texturecube', surface.texture(), place, state).floats.slice(0, 2);

  it('have six faces, as Direct3D orders and turns them', () => {
    const faces = [
      [1, 0.6, 0.6],
      [-1, 0.6, 0.6],
      [0.6, 1, 0.6],
      [0.6, -1, 0.6],
      [0.6, 0.6, 1],
      [0.6, 0.6, -1],
    ];
    expect(faces.map((place) => at(place))).toEqual([
      [0, 0],
      [1, 3],
      [2, 15],
      [3, 3],
      [4, 3],
      [5, 0],
    ]);
  });

  it('are filtered across their edges: from both sides of an edge, values agree', () => {
    const fill = new TestSurface('R32_FLOAT', size, size, { layers: 6, cube: true });
    new Float32Array(fill.ownImage.buffer).forEach((_, i, all) => (all[i] = (i * 7919) % 97));
    const near = (place: readonly number[]) =>
      result(SAMPLE, 'texturecube', fill.texture(), place, { filter: LINEAR }).floats[0];
    const e = 1e-4;
    for (const t of [-0.9, -0.5, 0.1, 0.7]) {
      for (const [a, b] of [
        [
          [1, 1 - e, t],
          [1 - e, 1, t],
        ],
        [
          [1, t, 1 - e],
          [1 - e, t, 1],
        ],
        [
          [t, -1, 1 - e],
          [t, -1 + e, 1],
        ],
        [
          [-1, -1 + e, t],
          [-1 + e, -1, t],
        ],
        [
          [-1, t, -1 + e],
          [-1 + e, t, -1],
        ],
      ]) {
        expect(near(a), `${a.join()}`).toBeCloseTo(near(b), 1);
      }
    }
  });
});

describe('comparisons', () => {
  const depth = new TestSurface('R32_FLOAT', 2, 2);
  new Float32Array(depth.ownImage.buffer).set([0.2, 0.4, 0.6, 0.8]);
  const sample = (reference: number, state: Partial<SamplerState>) =>
    result(
      `sample_c_lz r1.xyzw, r0.xyzw, t0.xyzw, s0, l(${reference.toFixed(4)})`,
      'texture2d',
      depth.texture(),
      [0.5, 0.5],
      state,
    ).floats[0];

  it('are of the reference with each texel, then filtered', () => {
    const func = (comparisonFunc: number) => sample(0.5, { comparisonFunc, filter: LINEAR | 128 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(func)).toEqual([0, 0.5, 0, 0.5, 0.5, 1, 0.5, 1]);
  });

  it('GATHER4 takes the four texels in its order', () => {
    const gather = (instruction: string, state = {}) =>
      result(instruction, 'texture2d', depth.texture(), [0.5, 0.5], state).floats.map((value) =>
        Math.round(value * 10),
      );
    expect(gather('gather4 r1.xyzw, r0.xyzw, t0.xyzw, s0.x')).toEqual([6, 8, 4, 2]);
    expect(gather('gather4 r1.xyzw, r0.xyzw, t0.xyzw, s0.w')).toEqual([10, 10, 10, 10]);
  });

  it('of normalized formats limit the reference', () => {
    const unorm = new TestSurface('D16_UNORM', 1, 1);
    unorm.ownImage.fill(255);
    const compared = result(
      'sample_c_lz r1.xyzw, r0.xyzw, t0.xyzw, s0, l(7.0)',
      'texture2d',
      unorm.texture(),
      [0, 0],
      { comparisonFunc: 4 },
    );
    expect(compared.floats[0]).toBe(1);
  });
});

describe('loads', () => {
  const LOAD = 'ftoi r0.xyzw, r0.xyzw\nld r1.xyzw, r0.xyzw, t0.xyzw';

  it('are of one texel; those that are not there are 0', () => {
    const texture = numbered(4, 2, { mipLevels: 2 }).texture();
    const load = (...place: number[]) => result(LOAD, 'texture2d', texture, place).floats;
    expect(load(3, 1, 0, 0)).toEqual([8, 0, 0, 1]);
    expect(load(1, 0, 0, 1)).toEqual([10, 0, 0, 1]);
    for (const place of [
      [4, 0, 0, 0],
      [-1, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 0, 2],
    ]) {
      expect(load(...place)).toEqual([0, 0, 0, 0]);
    }
  });

  it('are of integers as such', () => {
    const texture = new TestSurface('R8G8B8A8_SINT', 1, 1);
    texture.ownImage.set([1, 255, 128, 127]);
    expect(result(LOAD, 'texture2d', texture.texture(), [0, 0, 0, 0]).words).toEqual([
      1, 0xffff_ffff, 0xffff_ff80, 127,
    ]);
  });

  it('of buffers begin at an element, and end at the last', () => {
    const buffer = TestSurface.buffer(Float32Array.from({ length: 16 }, (_, i) => i));
    const view: ResourceView = {
      kind: 'buffer',
      surface: buffer,
      format: format('R32G32_FLOAT'),
      firstElement: 2,
      elements: 3,
    };
    const load = (i: number) => result(LOAD, 'buffer', view, [i]).floats;
    expect([load(0), load(2), load(3), load(-1)]).toEqual([
      [4, 5, 0, 1],
      [8, 9, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('are of one sample', () => {
    const texture = new TestSurface('R8_UINT', 1, 1, { samples: 4 });
    texture.ownImage.set([10, 20, 30, 40]);
    const load = (sample: number) =>
      result(
        `ftoi r0.xyzw, r0.xyzw\nldms r1.xyzw, r0.xyzw, t0.xyzw, l(${sample})`,
        'texture2dms',
        texture.texture(),
        [0, 0],
      ).words[0];
    expect([0, 1, 2, 3, 4].map(load)).toEqual([10, 20, 30, 40, 0]);
  });

  it('show depth and stencil through views of the typeless surface', () => {
    const texture = new TestSurface('R24G8_TYPELESS', 1, 1);
    texture.ownImage.set([255, 255, 127, 0x5a]);
    const load = (name: string) =>
      result(LOAD, 'texture2d', texture.texture({ format: format(name) }), [0, 0, 0, 0]);
    expect(load('R24_UNORM_X8').floats[0]).toBeCloseTo(0.5, 6);
    expect(load('X24_G8_UINT').words[1]).toBe(0x5a);
    expect(load('R24G8_TYPELESS').words).toEqual([0, 0, 0, 0]);
  });
});
