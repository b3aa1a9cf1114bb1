import { wordsOf } from '../words-of.js';

const float = /* @__PURE__ */ new Float32Array(1);
const bits = /* @__PURE__ */ wordsOf(float);
const double = /* @__PURE__ */ new Float64Array(1);
const doubleBits = /* @__PURE__ */ wordsOf(double);

/** Below it, and above its negative, a word is written as an integer: such floats are denormals and NaNs. */
const MOST_INTEGER = 0x10000;

/**
 * A word as a number whose text tells its bits: a float has a point, an exponent or is inf, an integer has neither, and
 * what both would hide is hexadecimal.
 */
export function wordText(word: number): string {
  if (word < MOST_INTEGER) {
    return `${word}`;
  }
  if (word > 0xffffffff - MOST_INTEGER) {
    return `${word - 2 ** 32}`;
  }
  bits[0] = word;
  const value = float[0];
  const magnitude = Math.abs(value);
  if (word === 0x80000000) {
    return '-0.0';
  }
  if (magnitude === Infinity) {
    return value < 0 ? '-inf' : 'inf';
  }
  return magnitude >= 2 ** -126 ? floatText(value) : hexText(word);
}

/** The shortest decimal that is this float when it is rounded to one. */
function floatText(value: number): string {
  for (let digits = 1; ; digits++) {
    const text = `${Number(value.toPrecision(digits))}`;
    if (Math.fround(Number(text)) === value || digits === 17) {
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
  }
}

export function hexText(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

/** Two words, the lower first, as a 64-bit float. */
export function doubleText(low: number, high: number): string {
  doubleBits[0] = low;
  doubleBits[1] = high;
  const value = double[0];
  if (Number.isNaN(value)) {
    return `0x${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
  }
  if (Math.abs(value) === Infinity) {
    return value < 0 ? '-inf' : 'inf';
  }
  return Object.is(value, -0) ? '-0.0' : `${value}`;
}

/** The word that a text of {@link wordText} stands for; undefined for other texts. */
export function wordOf(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) {
    return Number.parseInt(text.slice(2), 16);
  }
  if (/^-?\d+$/.test(text)) {
    const value = Number(text);
    return value >= -(2 ** 31) && value < 2 ** 32 ? value >>> 0 : undefined;
  }
  const value = floatOf(text);
  if (value === undefined) {
    return undefined;
  }
  float[0] = value;
  return bits[0];
}

/** The two words, the lower first, that a text of {@link doubleText} stands for; undefined for other texts. */
export function doubleOf(text: string): [number, number] | undefined {
  if (/^0x[0-9a-f]{16}$/i.test(text)) {
    return [Number.parseInt(text.slice(10), 16), Number.parseInt(text.slice(2, 10), 16)];
  }
  const value = floatOf(text);
  if (value === undefined) {
    return undefined;
  }
  double[0] = value;
  return [doubleBits[0], doubleBits[1]];
}

function floatOf(text: string): number | undefined {
  if (text === 'inf' || text === '-inf') {
    return text === 'inf' ? Infinity : -Infinity;
  }
  return /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
