import { parseShader, ShaderInterpreter, type PixelOutput, type ShaderBindings } from '../src/index.js';

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** The word of a float. */
export function f(value: number): number {
  floats[0] = value;
  return words[0];
}

/** The float of a word. */
export function float(word: number): number {
  words[0] = word;
  return floats[0];
}

export const INF = 0x7f800000;
export const NEGATIVE_INF = 0xff800000;
/** The NaN that arithmetic makes, and one that it does not. */
export const NAN = 0x7fc00000;
export const OTHER_NAN = 0xffa00001;
export const NEGATIVE_ZERO = 0x80000000;
/** The least and the greatest denormal. */
export const DENORMAL = 1;
export const GREAT_DENORMAL = 0x007fffff;
export const NEGATIVE_DENORMAL = 0x80000001;
/** The least number that is not a denormal, and the greatest finite one. */
export const LEAST = 0x00800000;
export const GREATEST = 0x7f7fffff;
export const TRUE = 0xffffffff;
export const INT_MIN = 0x80000000;
export const INT_MAX = 0x7fffffff;

/** Four words for each register. */
export function registers(...values: readonly number[]): Uint32Array {
  return Uint32Array.from({ length: 4 * Math.ceil(values.length / 4) }, (_, i) => values[i] ?? 0);
}

/** The outputs of a vertex shader: lines of declarations and instructions behind `vs_4_0`, inputs by four words. */
export function vertex(
  body: string,
  inputs: readonly number[] = [],
  bindings: ShaderBindings = {},
  profile = 'vs_4_0',
): number[] {
  const interpreter = new ShaderInterpreter(parseShader(`${profile}\n${body}\n`));
  return [...interpreter.vertex(registers(...inputs), bindings).outputs];
}

/** The pixels of a quad: their inputs by four words. */
export function pixels(
  body: string,
  inputs: readonly (readonly number[])[] = [[], [], [], []],
  bindings: ShaderBindings = {},
  fineDerivatives = false,
): PixelOutput[] {
  const interpreter = new ShaderInterpreter(parseShader(`ps_4_1\n${body}\n`), { fineDerivatives });
  return interpreter.pixels(
    inputs.map((words) => ({ inputs: registers(...words) })),
    bindings,
  );
}

/**
 * What an instruction makes of its sources: the x of v0, v1, … are the sources, and o0.x, o1.x its destinations.
 * @param mnemonic with suffixes, such as `mul_sat`
 */
export function compute(mnemonic: string, sources: readonly number[], destinations = 1): number[] {
  const operands = [
    ...Array.from({ length: destinations }, (_, i) => `o${i}.x`),
    ...sources.map((_, i) => `v${i}.x`),
  ].join(', ');
  const outputs = Array.from({ length: destinations }, (_, i) => `dcl_output o${i}.x`).join('\n');
  const found = vertex(
    `${outputs}\n${mnemonic} ${operands}\nret`,
    sources.flatMap((source) => [source, 0, 0, 0]),
    {},
    'vs_5_0',
  );
  return Array.from({ length: destinations }, (_, i) => found[4 * i]);
}
