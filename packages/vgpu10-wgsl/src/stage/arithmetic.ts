import type { InstructionOpcode } from '@cg/vgpu10';
import type { FunctionName } from '../wgsl/functions.js';
import { typeName, type Scalar, type Width } from '../wgsl/types.js';
import type { ReadKind } from './registers.js';

/** An operation on components: how its sources are read, what its result is, and its expression or its function. */
export interface Operation {
  readonly reads: readonly ReadKind[];
  readonly result: Scalar;
  /** Of expressions with the operands `a`, `b` and `c`, of so many components. */
  readonly make?: (operands: readonly string[], width: Width) => string;
  /** Otherwise a function. */
  readonly call?: FunctionName;
  /** The components that are read, for operations that give one scalar to all components. */
  readonly reduces?: Width;
}

function infix(sign: string, kind: 'f' | 'i' | 'u', result: Scalar = kind): Operation {
  return { reads: [kind, kind], result, make: ([a, b]) => `${a} ${sign} ${b}` };
}

/** Of a function of this package's. */
function call(name: FunctionName, ...reads: ReadKind[]): Operation {
  return { reads, result: 'u', call: name };
}

function builtin(name: string, kind: 'i' | 'u'): Operation {
  return { reads: [kind, kind], result: kind, make: ([a, b]) => `${name}(${a}, ${b})` };
}

function shift(sign: string, kind: 'i' | 'u'): Operation {
  return {
    reads: [kind, 'u'],
    result: kind,
    make: ([a, b], width) => `${a} ${sign} (${b} & ${typeName('u', width)}(31u))`,
  };
}

function dot(width: 2 | 3 | 4): Operation {
  return { reads: ['f', 'f'], result: 'f', call: 'dot', reduces: width };
}

const multiplyAdd: Operation = {
  reads: ['u', 'u', 'u'],
  result: 'u',
  make: ([a, b, c]) => `${a} * ${b} + ${c}`,
};

/** The operations with one destination. */
export const operations: Partial<Record<InstructionOpcode, Operation>> = {
  ADD: infix('+', 'f'),
  MUL: infix('*', 'f'),
  MAD: { reads: ['f', 'f', 'f'], result: 'f', make: ([a, b, c]) => `${a} * ${b} + ${c}` },
  DIV: call('div', 'bits', 'bits'),
  MIN: call('fmin', 'bits', 'bits'),
  MAX: call('fmax', 'bits', 'bits'),
  MOV: { reads: ['bits'], result: 'u', make: ([a]) => a },
  SQRT: call('sqrt', 'bits'),
  RSQ: call('rsq', 'bits'),
  EXP: call('exp2', 'bits'),
  LOG: call('log2', 'bits'),
  FRC: call('frc', 'bits'),
  ROUND_NE: call('round', 'bits'),
  ROUND_NI: call('floor', 'bits'),
  ROUND_PI: call('ceil', 'bits'),
  ROUND_Z: call('trunc', 'bits'),
  DP2: dot(2),
  DP3: dot(3),
  DP4: dot(4),
  LT: call('lt', 'bits', 'bits'),
  GE: call('ge', 'bits', 'bits'),
  EQ: call('eq', 'bits', 'bits'),
  NE: call('ne', 'bits', 'bits'),
  IEQ: infix('==', 'u', 'b'),
  INE: infix('!=', 'u', 'b'),
  ILT: infix('<', 'i', 'b'),
  IGE: infix('>=', 'i', 'b'),
  ULT: infix('<', 'u', 'b'),
  UGE: infix('>=', 'u', 'b'),
  IADD: infix('+', 'u'),
  IMAD: multiplyAdd,
  UMAD: multiplyAdd,
  IMAX: builtin('max', 'i'),
  IMIN: builtin('min', 'i'),
  UMAX: builtin('max', 'u'),
  UMIN: builtin('min', 'u'),
  INEG: { reads: ['u'], result: 'u', make: ([a], width) => `${typeName('u', width)}(0u) - ${a}` },
  AND: infix('&', 'u'),
  OR: infix('|', 'u'),
  XOR: infix('^', 'u'),
  NOT: { reads: ['u'], result: 'u', make: ([a]) => `~${a}` },
  ISHL: shift('<<', 'u'),
  ISHR: shift('>>', 'i'),
  USHR: shift('>>', 'u'),
  ITOF: call('itof', 'u'),
  UTOF: call('utof', 'u'),
  FTOI: call('ftoi', 'bits'),
  FTOU: call('ftou', 'bits'),
  DERIV_RTX: { reads: ['f'], result: 'f', make: ([a]) => `dpdx(${a})` },
  DERIV_RTY: { reads: ['f'], result: 'f', make: ([a]) => `dpdy(${a})` },
};

/** The operations with two destinations: the function, or sign, of each. */
export const doubleOperations: Partial<
  Record<
    InstructionOpcode,
    { readonly reads: readonly ReadKind[]; readonly calls: readonly [FunctionName, FunctionName | '*'] }
  >
> = {
  UDIV: { reads: ['u', 'u'], calls: ['udiv', 'umod'] },
  IDIV: { reads: ['u', 'u'], calls: ['idiv', 'imod'] },
  UMUL: { reads: ['u', 'u'], calls: ['umulhi', '*'] },
  IMUL: { reads: ['u', 'u'], calls: ['imulhi', '*'] },
  SINCOS: { reads: ['bits'], calls: ['sin', 'cos'] },
};
