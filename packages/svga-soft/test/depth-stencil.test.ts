import type { DepthTargetView, PipelineState } from '@cg/svga-device';
import { plainRasterizer } from '@cg/svga-device/renderer-contract';
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
