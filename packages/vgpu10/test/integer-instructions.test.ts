import { describe, expect, it } from 'vitest';
import { compute, INT_MAX, INT_MIN, TRUE } from './assemble.js';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { Random } from './random.js';

const M1 = TRUE;

describe('integers wrap around, and compare as all bits or none', () => {
  it.each([
    ['iadd', [M1, 2], 1],
    ['iadd', [INT_MAX, 1], INT_MIN],
    ['ineg', [5], 2 ** 32 - 5],
    ['imad', [M1, 3, 10], 7],
    ['imad', [0x10001, 0x10001, 0], 0x20001],
    ['umad', [M1, M1, M1], 0],
    ['imin', [M1, 1], M1],
    ['umin', [M1, 1], 1],
    ['imax', [INT_MIN, INT_MAX], INT_MAX],
    ['umax', [INT_MIN, INT_MAX], INT_MIN],
    ['and', [0xff00ff00, 0x0ff00ff0], 0x0f000f00],
    ['or', [0xf0000000, 1], 0xf0000001],
    ['xor', [M1, 0x0f0f0f0f], 0xf0f0f0f0],
    ['not', [0], M1],
    ['ieq', [5, 5], TRUE],
    ['ine', [5, 5], 0],
    ['ilt', [M1, 0], TRUE],
    ['ige', [M1, 0], 0],
    ['ige', [INT_MIN, INT_MIN], TRUE],
    ['ult', [M1, 0], 0],
    ['uge', [M1, 0], TRUE],
    // 0 and −0 are other integers.
    ['ieq', [0, INT_MIN], 0],
  ] as const)('%s of %j', (mnemonic, sources, result) => {
    expect(compute(mnemonic, sources)).toEqual([result]);
  });

  it.each([
    ['ishl', [1, 31], INT_MIN],
    ['ishl', [1, 32], 1],
    ['ishl', [1, 0xffffffe1], 2],
    ['ishr', [INT_MIN, 31], M1],
    ['ishr', [INT_MIN, 33], 0xc0000000],
    ['ushr', [INT_MIN, 31], 1],
    ['ushr', [INT_MIN, 32], INT_MIN],
  ] as const)('%s of %j: the count is its lowest five bits', (mnemonic, sources, result) => {
    expect(compute(mnemonic, sources)).toEqual([result]);
  });

  it.each([
    ['udiv', [7, 2], [3, 1]],
    ['udiv', [M1, M1], [1, 0]],
    ['udiv', [5, 0], [M1, M1]],
    ['idiv', [2 ** 32 - 7, 2], [2 ** 32 - 3, M1]],
    ['idiv', [7, 2 ** 32 - 2], [2 ** 32 - 3, 1]],
    ['idiv', [INT_MIN, M1], [INT_MIN, 0]],
    ['idiv', [5, 0], [M1, M1]],
    ['umul', [M1, M1], [0xfffffffe, 1]],
    ['imul', [M1, M1], [0, 1]],
    ['imul', [INT_MIN, 2], [M1, 0]],
    ['imul', [INT_MIN, INT_MIN], [0x40000000, 0]],
    ['uaddc', [M1, 1], [0, 1]],
    ['uaddc', [1, 1], [2, 0]],
    ['usubb', [0, 1], [M1, 1]],
    ['usubb', [1, 1], [0, 0]],
  ] as const)('%s of %j gives two results', (mnemonic, sources, results) => {
    expect(compute(mnemonic, sources, 2)).toEqual(results);
  });

  it.each([
    ['countbits', [0xf0f0f0f1], 17],
    ['bfrev', [0x00000003], 0xc0000000],
    ['firstbit_hi', [0x00010000], 15],
    ['firstbit_hi', [0], M1],
    ['firstbit_lo', [0x00010000], 16],
    ['firstbit_lo', [0], M1],
    ['firstbit_shi', [0xfffeffff], 15],
    ['firstbit_shi', [M1], M1],
    ['ubfe', [8, 4, 0x12345678], 0x67],
    ['ubfe', [0, 4, 0x12345678], 0],
    ['ubfe', [31, 8, 0x92345678], 0x00923456],
    ['ibfe', [4, 28, 0x90000000], 0xfffffff9],
    ['ibfe', [4, 0, 0x7], 7],
    ['bfi', [8, 4, 0xab, 0xffffffff], 0xfffffabf],
    ['bfi', [0, 4, 0xab, 0x12345678], 0x12345678],
  ] as const)('%s of %j, of shader model 5', (mnemonic, sources, result) => {
    expect(compute(mnemonic, sources)).toEqual([result]);
  });
});

/** The same by big integers, which neither overflow nor round. */
const models: Readonly<Record<string, (a: bigint, b: bigint, u: bigint, v: bigint) => bigint[]>> = {
  imul: (a, b) => [(a * b) >> 32n, a * b],
  umul: (_a, _b, u, v) => [(u * v) >> 32n, u * v],
  udiv: (_a, _b, u, v) => (v === 0n ? [-1n, -1n] : [u / v, u % v]),
  idiv: (a, b) => (b === 0n ? [-1n, -1n] : [a / b, a % b]),
  uaddc: (_a, _b, u, v) => [u + v, (u + v) >> 32n],
  usubb: (_a, _b, u, v) => [u - v, u < v ? 1n : 0n],
};

describe('against arithmetic without bounds', () => {
  it.each(Object.entries(models))(
    '%s',
    (mnemonic, model) => {
      for (const seed of seeds(5)) {
        const random = new Random(seed);
        for (let i = 0; i < 40; i++) {
          const [u, v] = [random.word(), random.word()];
          const [a, b] = [BigInt(u | 0), BigInt(v | 0)];
          const expected = model(a, b, BigInt(u), BigInt(v)).map((x) => Number(BigInt.asUintN(32, x)));
          expect(compute(mnemonic, [u, v], 2), `${mnemonic} ${u}, ${v}`).toEqual(expected);
        }
      }
    },
    seedsTimeout,
  );
});
