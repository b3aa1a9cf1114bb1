import type { ModuleText } from '../module/module-text.js';
import { floatBits } from '../wgsl/float-text.js';
import { word } from '../wgsl/types.js';

/** The standard positions of samples in a pixel, x and y in sixteenths from its centre, by the number of samples. */
const POSITIONS: Partial<Record<number, readonly (readonly [number, number])[]>> = {
  0: [],
  1: [[0, 0]],
  4: [
    [-2, -6],
    [6, -2],
    [-6, 2],
    [2, 6],
  ],
};

/**
 * Declares a function of the number of a sample: its position from −0.5 to 0.5 as bits of floats, zeros for others.
 * @returns its name; undefined if the positions are not known
 */
export function samplePositions(module: ModuleText, samples: number): string | undefined {
  const positions = POSITIONS[samples];
  return (
    positions &&
    module.declare(`sample_position_${samples}`, () => {
      const cases = positions.map(
        ([x, y], i) =>
          `    case ${i}u: { return vec4u(${word(floatBits(x / 16))}, ${word(floatBits(y / 16))}, 0u, 0u); }`,
      );
      return [
        `fn sample_position_${samples}(i: u32) -> vec4u {`,
        '  switch (i) {',
        ...cases,
        '    default: { return vec4u(); }',
        '  }',
        '}',
      ].join('\n');
    })
  );
}
