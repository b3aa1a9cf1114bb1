import { COLOR, GREEN, RED, RG, RGB, RGBA, SINT, UINT } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Integer colours. */
export const integerColorFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [47, 'R32G32B32A32_UINT', 16, RGBA | UINT | COLOR, [32, 32, 32, 32], [64, 32, 0, 96]],
      [48, 'R32G32B32A32_SINT', 16, RGBA | SINT | COLOR, [32, 32, 32, 32], [64, 32, 0, 96]],
      [51, 'R32G32B32_UINT', 12, RGB | UINT | COLOR, [32, 32, 32, 0], [64, 32, 0, 0]],
      [52, 'R32G32B32_SINT', 12, RGB | SINT | COLOR, [32, 32, 32, 0], [64, 32, 0, 0]],
      [54, 'R16G16B16A16_UINT', 8, RGBA | UINT | COLOR, [16, 16, 16, 16], [32, 16, 0, 48]],
      [56, 'R16G16B16A16_SINT', 8, RGBA | SINT | COLOR, [16, 16, 16, 16], [32, 16, 0, 48]],
      [58, 'R32G32_UINT', 8, RG | UINT | COLOR, [0, 32, 32, 0], [0, 32, 0, 0]],
      [59, 'R32G32_SINT', 8, RG | SINT | COLOR, [0, 32, 32, 0], [0, 32, 0, 0]],
      [63, 'X32_G8X24_UINT', 8, GREEN | UINT | COLOR, [0, 8, 0, 0], [0, 32, 0, 0]],
      [65, 'R10G10B10A2_UINT', 4, RGBA | UINT | COLOR, [10, 10, 10, 2], [20, 10, 0, 30]],
      [70, 'R8G8B8A8_UINT', 4, RGBA | UINT | COLOR, [8, 8, 8, 8], [16, 8, 0, 24]],
      [71, 'R8G8B8A8_SINT', 4, RGBA | SINT | COLOR, [8, 8, 8, 8], [16, 8, 0, 24]],
      [73, 'R16G16_UINT', 4, RG | UINT | COLOR, [0, 16, 16, 0], [0, 16, 0, 0]],
      [74, 'R16G16_SINT', 4, RG | SINT | COLOR, [0, 16, 16, 0], [0, 16, 0, 0]],
      [77, 'R32_UINT', 4, RED | UINT | COLOR, [0, 0, 32, 0], [0, 0, 0, 0]],
      [78, 'R32_SINT', 4, RED | SINT | COLOR, [0, 0, 32, 0], [0, 0, 0, 0]],
      [82, 'X24_G8_UINT', 4, GREEN | UINT | COLOR, [0, 8, 0, 0], [0, 24, 0, 0]],
      [85, 'R8G8_UINT', 2, RG | UINT | COLOR, [0, 8, 8, 0], [0, 8, 0, 0]],
      [86, 'R8G8_SINT', 2, RG | SINT | COLOR, [0, 8, 8, 0], [0, 8, 0, 0]],
      [89, 'R16_UINT', 2, RED | UINT | COLOR, [0, 0, 16, 0], [0, 0, 0, 0]],
      [91, 'R16_SINT', 2, RED | SINT | COLOR, [0, 0, 16, 0], [0, 0, 0, 0]],
      [94, 'R8_UINT', 1, RED | UINT | COLOR, [0, 0, 8, 0], [0, 0, 0, 0]],
      [96, 'R8_SINT', 1, RED | SINT | COLOR, [0, 0, 8, 0], [0, 0, 0, 0]],
    ],
  },
];
