import { TYPELESS } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Formats whose channels have sizes but no interpretation until a view gives them one. */
export const typelessFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [46, 'R32G32B32A32_TYPELESS', 16, TYPELESS, [32, 32, 32, 32], [64, 32, 0, 96]],
      [49, 'R32G32B32_TYPELESS', 12, TYPELESS, [32, 32, 32, 0], [64, 32, 0, 0]],
      [53, 'R16G16B16A16_TYPELESS', 8, TYPELESS, [16, 16, 16, 16], [32, 16, 0, 48]],
      [57, 'R32G32_TYPELESS', 8, TYPELESS, [0, 32, 32, 0], [0, 32, 0, 0]],
      [60, 'R32G8X24_TYPELESS', 8, TYPELESS, [0, 8, 32, 0], [0, 32, 0, 0]],
      [64, 'R10G10B10A2_TYPELESS', 4, TYPELESS, [10, 10, 10, 2], [20, 10, 0, 30]],
      [67, 'R8G8B8A8_TYPELESS', 4, TYPELESS, [8, 8, 8, 8], [16, 8, 0, 24]],
      [72, 'R16G16_TYPELESS', 4, TYPELESS, [0, 16, 16, 0], [0, 16, 0, 0]],
      [75, 'R32_TYPELESS', 4, TYPELESS, [0, 0, 32, 0], [0, 0, 0, 0]],
      [79, 'R24G8_TYPELESS', 4, TYPELESS, [0, 8, 24, 0], [0, 24, 0, 0]],
      [83, 'R8G8_TYPELESS', 2, TYPELESS, [0, 8, 8, 0], [0, 8, 0, 0]],
      [87, 'R16_TYPELESS', 2, TYPELESS, [0, 0, 16, 0], [0, 0, 0, 0]],
      [92, 'R8_TYPELESS', 1, TYPELESS, [0, 0, 8, 0], [0, 0, 0, 0]],
      [114, 'B8G8R8A8_TYPELESS', 4, TYPELESS, [8, 8, 8, 8], [0, 8, 16, 24]],
      [116, 'B8G8R8X8_TYPELESS', 4, TYPELESS, [8, 8, 8, 0], [0, 8, 16, 24]],
      [153, 'R11G11B10_TYPELESS', 4, TYPELESS, [10, 11, 11, 0], [22, 11, 0, 0]],
    ],
  },
];
