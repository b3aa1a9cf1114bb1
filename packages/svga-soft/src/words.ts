const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** The float with these bits. */
export function floatOf(word: number): number {
  words[0] = word;
  return floats[0];
}

/** The bits of a number, rounded to a float. */
export function wordOf(value: number): number {
  floats[0] = value;
  return words[0];
}
