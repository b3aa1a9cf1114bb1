import { COMPONENTS, typeName, type Width } from './types.js';

/**
 * * The functions that a module may need, for any number of components `#`: U, I, F and B stand for u32, i32, f32,
 * bool or a vector of them. Floats are passed as their bits, and every special case is decided on the bits: WGSL lets
 * an implementation assume that there is no NaN and no infinity, and leaves open what conversions, minima and
 * divisions make of them.
 */
const templates = {
  nan: 'fn nan#(a: U) -> B { return (a & U(0x7fffffffu)) > U(0x7f800000u); }',
  quiet: 'fn quiet#(a: U) -> U { return select(a, U(0x7fc00000u), nan#(a)); }',
  // Denormals are zeros with a sign.
  flush: 'fn flush#(a: U) -> U { return select(a, a & U(0x80000000u), (a & U(0x7f800000u)) == U(0u)); }',
  // Floats but for NaN in the order of integers; both zeros are 0.
  order: `fn order#(a: U) -> I {
  let i = bitcast<I>(flush#(a));
  return select(i, I(-2147483648) - i, i < I(0));
}`,
  ones: 'fn ones#(c: B) -> U { return select(U(0u), U(0xffffffffu), c); }',
  lt: 'fn lt#(a: U, b: U) -> U { return ones#((order#(a) < order#(b)) & !(nan#(a) | nan#(b))); }',
  ge: 'fn ge#(a: U, b: U) -> U { return ones#((order#(a) >= order#(b)) & !(nan#(a) | nan#(b))); }',
  eq: 'fn eq#(a: U, b: U) -> U { return ones#((order#(a) == order#(b)) & !(nan#(a) | nan#(b))); }',
  ne: 'fn ne#(a: U, b: U) -> U { return ones#((order#(a) != order#(b)) | nan#(a) | nan#(b)); }',
  // With one NaN the other operand.
  fmin: `fn fmin#(a: U, b: U) -> U {
  return quiet#(flush#(select(select(b, a, (order#(a) < order#(b)) | nan#(b)), b, nan#(a))));
}`,
  fmax: `fn fmax#(a: U, b: U) -> U {
  return quiet#(flush#(select(select(b, a, (order#(a) >= order#(b)) | nan#(b)), b, nan#(a))));
}`,
  // From the least normal number to infinity; below are zeros and denormals, above negative numbers and NaNs.
  sat: `fn sat#(a: U) -> U {
  return select(min(a, U(0x3f800000u)), U(0u), (a - U(0x00800000u)) > U(0x7f000000u));
}`,
  div: `fn div#(a: U, b: U) -> U {
  let q = bitcast<U>(bitcast<F>(a) / bitcast<F>(b));
  let infinity = ((a ^ b) & U(0x80000000u)) | U(0x7f800000u);
  let by_zero = select(infinity, U(0x7fc00000u), ((flush#(a) << U(1u)) == U(0u)) | nan#(a));
  return select(q, by_zero, (flush#(b) << U(1u)) == U(0u));
}`,
  sqrt: `fn sqrt#(a: U) -> U {
  let s = select(bitcast<U>(sqrt(bitcast<F>(a))), a, a == U(0x7f800000u));
  return select(select(s, U(0x7fc00000u), a > U(0x7f800000u)), flush#(a), (flush#(a) << U(1u)) == U(0u));
}`,
  rsq: `fn rsq#(a: U) -> U {
  let s = select(bitcast<U>(inverseSqrt(bitcast<F>(a))), U(0u), a == U(0x7f800000u));
  let z = (flush#(a) << U(1u)) == U(0u);
  return select(select(s, U(0x7fc00000u), a > U(0x7f800000u)), (a & U(0x80000000u)) | U(0x7f800000u), z);
}`,
  exp2: `fn exp2#(a: U) -> U {
  let e = select(bitcast<U>(exp2(bitcast<F>(a))), U(0u), order#(a) < I(-0x42fc0000));
  return select(select(e, U(0x7f800000u), order#(a) >= I(0x43000000)), U(0x7fc00000u), nan#(a));
}`,
  log2: `fn log2#(a: U) -> U {
  let l = select(bitcast<U>(log2(bitcast<F>(a))), a, a == U(0x7f800000u));
  return select(select(l, U(0x7fc00000u), a > U(0x7f800000u)), U(0xff800000u), (flush#(a) << U(1u)) == U(0u));
}`,
  // Within a turn of zero: WGSL says what sine and cosine are from −π to π only.
  turn: `fn turn#(a: U) -> F {
  let x = bitcast<F>(a);
  let k = round(x * F(0.15915494));
  return (x - k * F(6.28125)) - k * F(0.0019353072);
}`,
  sin: `fn sin#(a: U) -> U {
  let s = select(bitcast<U>(sin(turn#(a))), flush#(a), (a & U(0x7fffffffu)) < U(0x39000000u));
  return select(s, U(0x7fc00000u), (a & U(0x7fffffffu)) >= U(0x7f800000u));
}`,
  cos: `fn cos#(a: U) -> U {
  return select(bitcast<U>(cos(turn#(a))), U(0x7fc00000u), (a & U(0x7fffffffu)) >= U(0x7f800000u));
}`,
  // From 2^23 on floats are whole; infinities and NaNs are above.
  whole: `fn whole#(a: U, r: F) -> U {
  let near = bitcast<U>(r) | (a & U(0x80000000u));
  return quiet#(select(near, a, (a & U(0x7fffffffu)) >= U(0x4b000000u)));
}`,
  floor: 'fn floor#(a: U) -> U { return whole#(a, floor(bitcast<F>(flush#(a)))); }',
  ceil: 'fn ceil#(a: U) -> U { return whole#(a, ceil(bitcast<F>(flush#(a)))); }',
  trunc: 'fn trunc#(a: U) -> U { return whole#(a, trunc(bitcast<F>(flush#(a)))); }',
  round: 'fn round#(a: U) -> U { return whole#(a, round(bitcast<F>(flush#(a)))); }',
  frc: `fn frc#(a: U) -> U {
  let f = min(bitcast<U>(bitcast<F>(flush#(a)) - bitcast<F>(floor#(a))), U(0x3f7fffffu));
  return select(f, U(0x7fc00000u), (a & U(0x7fffffffu)) >= U(0x7f800000u));
}`,
  ftoi: `fn ftoi#(a: U) -> U {
  let end = select(U(0x7fffffffu), U(0x80000000u), a >= U(0x80000000u));
  let i = select(bitcast<U>(I(bitcast<F>(a))), end, (a & U(0x7fffffffu)) >= U(0x4f000000u));
  return select(i, U(0u), nan#(a));
}`,
  ftou: `fn ftou#(a: U) -> U {
  let i = select(U(bitcast<F>(a)), U(0xffffffffu), a >= U(0x4f800000u));
  return select(i, U(0u), a > U(0x7f800000u));
}`,
  // Both halves are exact, so that the sum is rounded once.
  itof: `fn itof#(a: U) -> U {
  return bitcast<U>(F(bitcast<I>(a) >> U(16u)) * F(65536.0) + F(a & U(0xffffu)));
}`,
  utof: 'fn utof#(a: U) -> U { return bitcast<U>(F(a >> U(16u)) * F(65536.0) + F(a & U(0xffffu))); }',
  udiv: 'fn udiv#(a: U, b: U) -> U { return select(a / max(b, U(1u)), U(0xffffffffu), b == U(0u)); }',
  umod: 'fn umod#(a: U, b: U) -> U { return select(a % max(b, U(1u)), U(0xffffffffu), b == U(0u)); }',
  magnitude: 'fn magnitude#(a: U) -> U { return select(a, U(0u) - a, a >= U(0x80000000u)); }',
  idiv: `fn idiv#(a: U, b: U) -> U {
  let q = udiv#(magnitude#(a), magnitude#(b));
  return select(select(q, U(0u) - q, (a ^ b) >= U(0x80000000u)), U(0xffffffffu), b == U(0u));
}`,
  imod: `fn imod#(a: U, b: U) -> U {
  let r = umod#(magnitude#(a), magnitude#(b));
  return select(select(r, U(0u) - r, a >= U(0x80000000u)), U(0xffffffffu), b == U(0u));
}`,
  umulhi: `fn umulhi#(a: U, b: U) -> U {
  let al = a & U(0xffffu);
  let ah = a >> U(16u);
  let bl = b & U(0xffffu);
  let bh = b >> U(16u);
  let middle = ((al * bl) >> U(16u)) + ((al * bh) & U(0xffffu)) + ((ah * bl) & U(0xffffu));
  return ah * bh + ((al * bh) >> U(16u)) + ((ah * bl) >> U(16u)) + (middle >> U(16u));
}`,
  imulhi: `fn imulhi#(a: U, b: U) -> U {
  let s = select(U(0u), b, a >= U(0x80000000u)) + select(U(0u), a, b >= U(0x80000000u));
  return umulhi#(a, b) - s;
}`,
  // In the order of the components, which dot leaves open.
  dot: (width: Width) => `fn dot#(a: F, b: F) -> f32 {
  return ${Array.from(COMPONENTS.slice(0, width), (c) => `a.${c} * b.${c}`).join(' + ')};
}`,
} as const satisfies Record<string, string | ((width: Width) => string)>;

export type FunctionName = keyof typeof templates;

const CALLS = /\b([a-z][a-z0-9]*)#\(/g;

/** The functions that a module calls, printed each once, in the order of the table. */
export class Functions {
  readonly #texts = new Map<string, string>();

  /** The name of a function for so many components. */
  name(name: FunctionName, width: Width): string {
    const key = `${name}${width}`;
    if (!this.#texts.has(key)) {
      const entry = templates[name];
      const template = typeof entry === 'string' ? entry : entry(width);
      this.#texts.set(key, '');
      for (const [, callee] of template.matchAll(CALLS)) {
        this.name(callee as FunctionName, width);
      }
      this.#texts.set(
        key,
        template.replace(/#|\b[UIFB]\b/g, (sign) =>
          sign === '#' ? String(width) : typeName(sign.toLowerCase() as 'u', width),
        ),
      );
    }
    return key;
  }

  text(): string[] {
    return [...this.#texts.values()];
  }
}
