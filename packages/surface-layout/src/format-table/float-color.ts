import { COLOR, EXP, FP, RED, RG, RGB, RGBA } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Floating-point colours, and the one with a shared exponent. */
export const floatColorFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [24, 'ARGB_S10E5', 8, RGBA | FP | COLOR, [16, 16, 16, 16], [32, 16, 0, 48]],
      [25, 'ARGB_S23E8', 16, RGBA | FP | COLOR, [32, 32, 32, 32], [64, 32, 0, 96]],
      [33, 'R_S10E5', 2, RED | FP | COLOR, [0, 0, 16, 0], [0, 0, 0, 0]],
      [34, 'R_S23E8', 4, RED | FP | COLOR, [0, 0, 32, 0], [0, 0, 0, 0]],
      [35, 'RG_S10E5', 4, RG | FP | COLOR, [0, 16, 16, 0], [0, 16, 0, 0]],
      [36, 'RG_S23E8', 8, RG | FP | COLOR, [0, 32, 32, 0], [0, 32, 0, 0]],
      [50, 'R32G32B32_FLOAT', 12, RGB | FP | COLOR, [32, 32, 32, 0], [64, 32, 0, 0]],
      [62, 'R32_FLOAT_X8X24', 8, RED | FP | COLOR, [0, 0, 32, 0], [0, 0, 0, 0]],
      [66, 'R11G11B10_FLOAT', 4, RGB | FP | COLOR, [10, 11, 11, 0], [22, 11, 0, 0]],
      [98, 'R9G9B9E5_SHAREDEXP', 4, RGB | EXP | COLOR, [9, 9, 9, 5], [18, 9, 0, 27]],
      [122, 'R32G32B32A32_FLOAT', 16, RGBA | FP | COLOR, [32, 32, 32, 32], [64, 32, 0, 96]],
      [123, 'R16G16B16A16_FLOAT', 8, RGBA | FP | COLOR, [16, 16, 16, 16], [32, 16, 0, 48]],
      [125, 'R32G32_FLOAT', 8, RG | FP | COLOR, [0, 32, 32, 0], [0, 32, 0, 0]],
      [128, 'R16G16_FLOAT', 4, RG | FP | COLOR, [0, 16, 16, 0], [0, 16, 0, 0]],
      [131, 'R32_FLOAT', 4, RED | FP | COLOR, [0, 0, 32, 0], [0, 0, 0, 0]],
      [133, 'R16_FLOAT', 2, RED | FP | COLOR, [0, 0, 16, 0], [0, 0, 0, 0]],
    ],
  },
];
