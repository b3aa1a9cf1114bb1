import { DEPTH, FP, STENCIL, UNORM } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Depth, and depth with stencil. */
export const depthStencilFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [7, 'Z_D32', 4, DEPTH | UNORM, [0, 0, 32, 0], [0, 0, 0, 0]],
      [8, 'Z_D16', 2, DEPTH | UNORM, [0, 0, 16, 0], [0, 0, 0, 0]],
      [9, 'Z_D24S8', 4, DEPTH | STENCIL | UNORM, [0, 8, 24, 0], [0, 0, 8, 0]],
      [10, 'Z_D15S1', 2, DEPTH | STENCIL | UNORM, [0, 1, 15, 0], [0, 0, 1, 0]],
      [38, 'Z_D24X8', 4, DEPTH | UNORM, [0, 0, 24, 0], [0, 0, 8, 0]],
      [61, 'D32_FLOAT_S8X24_UINT', 8, DEPTH | STENCIL, [0, 8, 32, 0], [0, 32, 0, 0]],
      [76, 'D32_FLOAT', 4, DEPTH | FP, [0, 0, 32, 0], [0, 0, 0, 0]],
      [80, 'D24_UNORM_S8_UINT', 4, DEPTH | STENCIL | UNORM, [0, 8, 24, 0], [0, 24, 0, 0]],
      [118, 'Z_DF16', 2, DEPTH | UNORM, [0, 0, 16, 0], [0, 0, 0, 0]],
      [119, 'Z_DF24', 4, DEPTH | UNORM, [0, 0, 24, 0], [0, 0, 8, 0]],
      [120, 'Z_D24S8_INT', 4, DEPTH | STENCIL | UNORM, [0, 8, 24, 0], [0, 0, 8, 0]],
      [134, 'D16_UNORM', 2, DEPTH | UNORM, [0, 0, 16, 0], [0, 0, 0, 0]],
    ],
  },
];
