import { describe, expect, it } from 'vitest';
import {
  compute,
  DENORMAL,
  f,
  float,
  GREAT_DENORMAL,
  GREATEST,
  INF,
  INT_MAX,
  INT_MIN,
  LEAST,
  NAN,
  NEGATIVE_DENORMAL,
  NEGATIVE_INF,
  NEGATIVE_ZERO,
  OTHER_NAN,
  TRUE,
  vertex,
} from './assemble.js';

/** Rows of a table: the sources and the result. */
type Row = readonly [readonly number[], number];

const hex = (words: readonly number[]) => words.map((word) => `0x${word.toString(16).padStart(8, '0')}`);

/** The rows whose result is another one. */
function wrong(mnemonic: string, rows: readonly Row[]): string[] {
  return rows.flatMap(([sources, result]) => {
    const found = compute(mnemonic, sources);
    return found[0] === result
      ? []
      : [`${mnemonic} ${hex(sources).join(', ')} is ${hex(found)[0]}, not ${hex([result])[0]}`];
  });
}

// The tables of Direct3D's reference of instructions, and its floating-point rules.
describe('floats: round to nearest even, denormals flushed with their sign, NaN from any NaN', () => {
  it('ADD', () => {
    expect(
      wrong('add', [
        [[f(1.5), f(2.25)], f(3.75)],
        [[INF, NEGATIVE_INF], NAN],
        [[INF, f(-1)], INF],
        [[OTHER_NAN, f(1)], NAN],
        [[NEGATIVE_ZERO, NEGATIVE_ZERO], NEGATIVE_ZERO],
        [[NEGATIVE_ZERO, 0], 0],
        [[DENORMAL, DENORMAL], 0],
        [[NEGATIVE_DENORMAL, NEGATIVE_DENORMAL], NEGATIVE_ZERO],
        [[LEAST, DENORMAL], LEAST],
        // The exact difference is a denormal.
        [[LEAST + 1, LEAST + NEGATIVE_ZERO], 0],
        [[LEAST, LEAST + 1 + NEGATIVE_ZERO], NEGATIVE_ZERO],
        [[GREATEST, GREATEST], INF],
        // 1 + 2^-24 is half way between two floats: to the even one.
        [[f(1), f(2 ** -24)], f(1)],
        [[f(1 + 2 ** -23), f(2 ** -24)], f(1 + 2 ** -22)],
      ]),
    ).toEqual([]);
  });

  it('MUL', () => {
    expect(
      wrong('mul', [
        [[f(3), f(-0.5)], f(-1.5)],
        [[INF, 0], NAN],
        [[NEGATIVE_INF, f(2)], NEGATIVE_INF],
        [[f(1), OTHER_NAN], NAN],
        [[f(2 ** -100), f(2 ** -100)], 0],
        [[f(-(2 ** -100)), f(2 ** -100)], NEGATIVE_ZERO],
        [[f(2 ** -63), f(2 ** -64)], 0],
        [[DENORMAL, f(2 ** 100)], 0],
        [[GREAT_DENORMAL, INF], NAN],
        [[f(1e30), f(1e30)], INF],
      ]),
    ).toEqual([]);
  });

  it('MAD rounds the product, and then the sum', () => {
    const a = f(1 + 2 ** -12);
    // (1 + 2^-12)² = 1 + 2^-11 + 2^-24; the product is rounded to 1 + 2^-11.
    expect(
      wrong('mad', [
        [[a, a, f(-(1 + 2 ** -11))], 0],
        [[f(2), f(3), f(4)], f(10)],
        [[INF, 0, f(1)], NAN],
        // The product is a denormal, which is flushed before the sum.
        [[f(2 ** -70), f(2 ** -70), f(0)], 0],
        [[f(2 ** -64), f(2 ** -63), LEAST], LEAST],
      ]),
    ).toEqual([]);
  });

  it('DIV: by zero an infinity of the sign, 0/0 and ∞/∞ NaN', () => {
    expect(
      wrong('div', [
        [[f(1), f(3)], f(1 / 3)],
        [[f(1), 0], INF],
        [[f(1), NEGATIVE_ZERO], NEGATIVE_INF],
        [[f(-1), 0], NEGATIVE_INF],
        [[f(1), DENORMAL], INF],
        [[0, 0], NAN],
        [[DENORMAL, 0], NAN],
        [[INF, INF], NAN],
        [[f(1), INF], 0],
        [[f(-1), INF], NEGATIVE_ZERO],
        [[f(1), OTHER_NAN], NAN],
        [[LEAST, f(2)], 0],
      ]),
    ).toEqual([]);
  });

  it('MIN: the first if it is smaller; of a number and a NaN the number', () => {
    expect(
      wrong('min', [
        [[f(1), f(2)], f(1)],
        [[f(2), f(1)], f(1)],
        [[NEGATIVE_INF, OTHER_NAN], NEGATIVE_INF],
        [[OTHER_NAN, INF], INF],
        [[f(3), OTHER_NAN], f(3)],
        [[OTHER_NAN, f(3)], f(3)],
        [[OTHER_NAN, OTHER_NAN], NAN],
        [[NEGATIVE_ZERO, 0], 0],
        [[0, NEGATIVE_ZERO], NEGATIVE_ZERO],
        [[GREAT_DENORMAL, DENORMAL], 0],
        [[NEGATIVE_DENORMAL, f(1)], NEGATIVE_ZERO],
      ]),
    ).toEqual([]);
  });

  it('MAX: the first unless it is smaller; of a number and a NaN the number', () => {
    expect(
      wrong('max', [
        [[f(1), f(2)], f(2)],
        [[f(2), f(1)], f(2)],
        [[INF, OTHER_NAN], INF],
        [[OTHER_NAN, NEGATIVE_INF], NEGATIVE_INF],
        [[OTHER_NAN, OTHER_NAN], NAN],
        [[NEGATIVE_ZERO, 0], NEGATIVE_ZERO],
        [[0, NEGATIVE_ZERO], 0],
        [[DENORMAL, NEGATIVE_DENORMAL], 0],
      ]),
    ).toEqual([]);
  });

  it('SQRT and RSQ', () => {
    expect(
      wrong('sqrt', [
        [[f(2)], f(Math.SQRT2)],
        [[NEGATIVE_ZERO], NEGATIVE_ZERO],
        [[NEGATIVE_DENORMAL], NEGATIVE_ZERO],
        [[DENORMAL], 0],
        [[f(-1)], NAN],
        [[INF], INF],
        [[NEGATIVE_INF], NAN],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
    expect(
      wrong('rsq', [
        [[f(4)], f(0.5)],
        [[0], INF],
        [[DENORMAL], INF],
        [[NEGATIVE_ZERO], NEGATIVE_INF],
        [[NEGATIVE_DENORMAL], NEGATIVE_INF],
        [[f(-4)], NAN],
        [[INF], 0],
        [[NEGATIVE_INF], NAN],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
  });

  it('RCP', () => {
    expect(
      wrong('rcp', [
        [[f(8)], f(0.125)],
        [[NEGATIVE_INF], NEGATIVE_ZERO],
        [[NEGATIVE_DENORMAL], NEGATIVE_INF],
        [[DENORMAL], INF],
        [[INF], 0],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
  });

  it('EXP and LOG, of base 2', () => {
    expect(
      wrong('exp', [
        [[f(3)], f(8)],
        [[0], f(1)],
        [[NEGATIVE_DENORMAL], f(1)],
        [[f(128)], INF],
        [[f(-127)], 0],
        [[NEGATIVE_INF], 0],
        [[INF], INF],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
    expect(
      wrong('log', [
        [[f(8)], f(3)],
        [[f(1)], 0],
        [[0], NEGATIVE_INF],
        [[NEGATIVE_ZERO], NEGATIVE_INF],
        [[GREAT_DENORMAL], NEGATIVE_INF],
        [[f(-1)], NAN],
        [[NEGATIVE_INF], NAN],
        [[INF], INF],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
  });

  it('FRC is from 0 to below 1', () => {
    expect(
      wrong('frc', [
        [[f(2.75)], f(0.75)],
        [[f(-2.75)], f(0.25)],
        [[f(-1e-10)], 0x3f7fffff],
        [[0], 0],
        [[NEGATIVE_ZERO], 0],
        [[NEGATIVE_DENORMAL], 0],
        [[f(2 ** 30)], 0],
        [[INF], NAN],
        [[NEGATIVE_INF], NAN],
        [[OTHER_NAN], NAN],
      ]),
    ).toEqual([]);
  });

  it('ROUND_NE, NI, PI and Z keep the sign of what becomes zero', () => {
    const rows = (results: readonly number[]): Row[] =>
      [f(0.5), f(1.5), f(2.5), f(-0.5), f(-1.5), f(-2.5), f(-0.2), f(0.7)].map((x, i) => [[x], results[i]]);
    const always: readonly Row[] = [
      [[INF], INF],
      [[NEGATIVE_INF], NEGATIVE_INF],
      [[NEGATIVE_ZERO], NEGATIVE_ZERO],
      [[f(16777217)], f(16777217)],
      [[OTHER_NAN], NAN],
      [[NEGATIVE_DENORMAL], NEGATIVE_ZERO],
      [[DENORMAL], 0],
    ];
    expect(
      wrong('round_ne', rows([0, f(2), f(2), NEGATIVE_ZERO, f(-2), f(-2), NEGATIVE_ZERO, f(1)])),
    ).toEqual([]);
    expect(wrong('round_ni', rows([0, f(1), f(2), f(-1), f(-2), f(-3), f(-1), 0]))).toEqual([]);
    expect(
      wrong('round_pi', rows([f(1), f(2), f(3), NEGATIVE_ZERO, f(-1), f(-2), NEGATIVE_ZERO, f(1)])),
    ).toEqual([]);
    expect(wrong('round_z', rows([0, f(1), f(2), NEGATIVE_ZERO, f(-1), f(-2), NEGATIVE_ZERO, 0]))).toEqual(
      [],
    );
    for (const rounding of ['round_ne', 'round_ni', 'round_pi', 'round_z']) {
      expect(wrong(rounding, always)).toEqual([]);
    }
  });

  it('SINCOS: either destination may be null', () => {
    const rows = [
      [f(0.5), f(Math.sin(0.5)), f(Math.cos(0.5))],
      [NEGATIVE_ZERO, NEGATIVE_ZERO, f(1)],
      [NEGATIVE_DENORMAL, NEGATIVE_ZERO, f(1)],
      [DENORMAL, 0, f(1)],
      [INF, NAN, NAN],
      [NEGATIVE_INF, NAN, NAN],
      [OTHER_NAN, NAN, NAN],
    ];
    for (const [source, sine, cosine] of rows) {
      expect(hex(compute('sincos', [source], 2))).toEqual(hex([sine, cosine]));
    }
    const halves = vertex('dcl_output o0.xy\nsincos o0.x, null, v0.x\nsincos null, o0.y, v0.x', [f(1)]);
    expect(halves.slice(0, 2)).toEqual([f(Math.sin(1)), f(Math.cos(1))]);
  });

  it('DP2, DP3 and DP4 give all components the sum, from x on', () => {
    const v = [f(1), f(2), f(3), f(4), f(10), f(100), f(1000), f(10000)];
    const dot = (mnemonic: string) =>
      vertex(`dcl_output o0.xyzw\n${mnemonic} o0.xyzw, v0.xyzw, v1.xyzw`, v).map(float);
    expect(dot('dp2')).toEqual([210, 210, 210, 210]);
    expect(dot('dp3')).toEqual([3210, 3210, 3210, 3210]);
    expect(dot('dp4')).toEqual([43210, 43210, 43210, 43210]);
    // Each product and sum is rounded: 2^24 + 1 − 2^24 is 0.
    const cancel = [f(2 ** 24), f(1), f(-(2 ** 24)), 0, f(1), f(1), f(1), 0];
    expect(vertex('dcl_output o0.x\ndp3 o0.x, v0.xyzw, v1.xyzw', cancel)[0]).toBe(0);
  });
});

describe('comparisons of floats', () => {
  const pairs: readonly (readonly [number, number])[] = [
    [f(1), f(2)],
    [f(2), f(1)],
    [f(1), f(1)],
    [0, NEGATIVE_ZERO],
    [DENORMAL, NEGATIVE_DENORMAL],
    [GREAT_DENORMAL, 0],
    [OTHER_NAN, f(1)],
    [OTHER_NAN, OTHER_NAN],
    [NEGATIVE_INF, INF],
  ];

  it.each([
    ['lt', [1, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['ge', [0, 1, 1, 1, 1, 1, 0, 0, 0]],
    ['eq', [0, 0, 1, 1, 1, 1, 0, 0, 0]],
    ['ne', [1, 1, 0, 0, 0, 0, 1, 1, 1]],
  ])('%s: zeros and denormals are equal, a NaN is unlike anything', (mnemonic, results) => {
    expect(
      wrong(
        mnemonic,
        pairs.map((pair, i) => [pair, results[i] === 1 ? TRUE : 0]),
      ),
    ).toEqual([]);
  });
});

describe('conversions', () => {
  it('FTOI truncates and saturates; NaN is 0', () => {
    expect(
      wrong('ftoi', [
        [[f(-1.9)], TRUE],
        [[f(1.9)], 1],
        [[f(3e9)], INT_MAX],
        [[f(-3e9)], INT_MIN],
        [[INF], INT_MAX],
        [[NEGATIVE_INF], INT_MIN],
        [[OTHER_NAN], 0],
        [[NEGATIVE_DENORMAL], 0],
        [[f(2147483520)], 2147483520],
      ]),
    ).toEqual([]);
  });

  it('FTOU: below 0 is 0', () => {
    expect(
      wrong('ftou', [
        [[f(1.9)], 1],
        [[f(-0.5)], 0],
        [[f(-5)], 0],
        [[f(3e9)], 3000000000],
        [[f(5e9)], TRUE],
        [[INF], TRUE],
        [[NEGATIVE_INF], 0],
        [[OTHER_NAN], 0],
      ]),
    ).toEqual([]);
  });

  it('ITOF and UTOF round to nearest even', () => {
    expect(
      wrong('itof', [
        [[TRUE], f(-1)],
        [[INT_MIN], f(-(2 ** 31))],
        [[INT_MAX], f(2 ** 31)],
        [[16777217], f(16777216)],
        [[16777219], f(16777220)],
      ]),
    ).toEqual([]);
    expect(
      wrong('utof', [
        [[TRUE], f(2 ** 32)],
        [[INT_MIN], f(2 ** 31)],
        [[0], 0],
      ]),
    ).toEqual([]);
  });
});

describe('saturation: clamped to 0…1 as floats, NaN is 0, whatever the instruction', () => {
  it.each([
    ['mov_sat', [f(2)], f(1)],
    ['mov_sat', [f(-2)], 0],
    ['mov_sat', [NEGATIVE_ZERO], 0],
    ['mov_sat', [OTHER_NAN], 0],
    ['mov_sat', [DENORMAL], 0],
    ['mov_sat', [f(0.25)], f(0.25)],
    ['mov_sat', [INF], f(1)],
    ['mov_sat', [NEGATIVE_INF], 0],
    ['add_sat', [f(0.75), f(0.5)], f(1)],
    // Mesa makes 1.0 or 0 of a comparison so.
    ['and_sat', [TRUE, f(1)], f(1)],
    ['and_sat', [0, f(1)], 0],
  ] as const)('%s of %j', (mnemonic, sources, result) => {
    expect(hex(compute(mnemonic, sources))).toEqual(hex([result]));
  });
});

describe('modifiers', () => {
  const source = (text: string, instruction: string, value: number) =>
    vertex(`dcl_output o0.x\n${instruction} o0.x, ${text}`, [value])[0];

  it('of floats and moves act on the sign bit: the absolute value first', () => {
    expect(source('-v0.x', 'mov', OTHER_NAN)).toBe(OTHER_NAN - INT_MIN);
    expect(source('|v0.x|', 'mov', f(-2))).toBe(f(2));
    expect(source('-|v0.x|', 'mov', f(2))).toBe(f(-2));
    expect(source('-v0.x', 'mov', 0)).toBe(NEGATIVE_ZERO);
    expect(source('-v0.x', 'mov', DENORMAL)).toBe(NEGATIVE_DENORMAL);
    expect(source('-v0.x', 'sqrt', f(-9))).toBe(f(3));
    expect(source('-|v0.x|', 'ftoi', f(-7))).toBe(2 ** 32 - 7);
  });

  it('of integers are those of integers', () => {
    expect(source('-v0.x', 'not', 5)).toBe(4);
    expect(source('-v0.x', 'itof', 5)).toBe(f(-5));
    expect(source('-v0.x', 'ineg', INT_MIN)).toBe(INT_MIN);
  });
});

describe('moves keep every bit', () => {
  const bits = [DENORMAL, OTHER_NAN, 0x7f800001, NEGATIVE_ZERO];

  it('MOV, MOVC and SWAPC of denormals and NaNs', () => {
    expect(vertex('dcl_output o0.xyzw\nmov o0.xyzw, v0.xyzw', bits)).toEqual(bits);
    expect(
      vertex('dcl_output o0.xyzw\nmovc o0.xyzw, v1.xyzw, v0.xyzw, v0.wzyx', [
        ...bits,
        DENORMAL,
        0,
        INT_MIN,
        0,
      ]),
    ).toEqual([DENORMAL, 0x7f800001, 0x7f800001, DENORMAL]);
    expect(
      vertex(
        'dcl_output o0.xy\ndcl_output o1.xy\nswapc o0.xy, o1.xy, v1.xyxx, v0.xyxx, v0.zwxx',
        [...bits, 1, 0, 0, 0],
        {},
        'vs_5_0',
      ),
    ).toEqual([0x7f800001, OTHER_NAN, 0, 0, DENORMAL, NEGATIVE_ZERO, 0, 0]);
  });

  it('a result is written where the mask says, from the same component of each swizzled source', () => {
    const swapped = vertex('dcl_output o0.xyzw\nmov o0.xyzw, v0.xyzw\nmov o0.yw, v0.wzyx', [1, 2, 3, 4]);
    expect(swapped).toEqual([1, 3, 3, 1]);
  });

  it('sources are read before destinations are written', () => {
    const body =
      'dcl_output o0.xyzw\ndcl_temps 1\nmov r0.xyzw, v0.xyzw\nmov r0.xyzw, r0.yzwx\nmov o0.xyzw, r0.xyzw';
    expect(vertex(body, [1, 2, 3, 4])).toEqual([2, 3, 4, 1]);
    const both =
      'dcl_output o0.xyzw\ndcl_temps 1\nmov r0.xyzw, v0.xyzw\numul r0.x, r0.y, r0.x, r0.y\nmov o0.xyzw, r0.xyzw';
    expect(vertex(both, [0x10000, 0x30000, 0, 0]).slice(0, 2)).toEqual([3, 0]);
  });
});
