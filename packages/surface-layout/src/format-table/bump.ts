import { BUMP, CX, MIXED, RG, RGB, RGBA, SNORM } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Bump maps: signed texture offsets, some with luminance. */
export const bumpFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [20, 'BUMPU8V8', 2, RG | BUMP | SNORM, [0, 8, 8, 0], [0, 8, 0, 0]],
      [21, 'BUMPL6V5U5', 2, RGB | BUMP | MIXED, [6, 5, 5, 0], [10, 5, 0, 0]],
      [22, 'BUMPX8L8V8U8', 4, RGB | BUMP | MIXED, [8, 8, 8, 0], [16, 8, 0, 0]],
      [27, 'V8U8', 2, RG | BUMP | SNORM, [0, 8, 8, 0], [0, 8, 0, 0]],
      [28, 'Q8W8V8U8', 4, RGBA | BUMP | SNORM, [8, 8, 8, 8], [16, 8, 0, 24]],
      [29, 'CxV8U8', 2, RG | BUMP | CX | SNORM, [0, 8, 8, 0], [0, 8, 0, 0]],
      [30, 'X8L8V8U8', 4, RGB | BUMP | MIXED, [8, 8, 8, 0], [16, 8, 0, 0]],
      [31, 'A2W10V10U10', 4, RGBA | BUMP | MIXED, [10, 10, 10, 2], [20, 10, 0, 30]],
      [39, 'V16U16', 4, RG | BUMP | SNORM, [0, 16, 16, 0], [0, 16, 0, 0]],
    ],
  },
];
