const float = new Float32Array(1);
const floatWord = new Uint32Array(float.buffer);

/** The bits of a number as a float. */
export function floatBits(value: number): number {
  float[0] = value;
  return floatWord[0];
}

/** A finite number as a literal of WGSL; 0 for others. */
export function floatText(value: number): string {
  const rounded = Math.fround(Number.isFinite(value) ? value : 0);
  const text = String(Number.isFinite(rounded) ? rounded : 0);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
