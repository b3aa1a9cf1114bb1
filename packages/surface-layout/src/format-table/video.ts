import { ALPHA, COLOR, NONE, PLANAR_YUV, THREE_PLANAR_YUV, TWO_PLANAR_YUV, YUV_VIDEO } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Video formats, packed and planar, and the RGB formats that are packed like them. */
export const videoFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 2,
    blockHeight: 1,
    rows: [
      [42, 'UYVY', 4, YUV_VIDEO | COLOR, [8, 0, 8, 0], [0, 0, 8, 0]],
      [43, 'YUY2', 4, YUV_VIDEO | COLOR, [8, 0, 8, 0], [8, 0, 0, 0]],
      [99, 'R8G8_B8G8_UNORM', 4, NONE, [0, 8, 8, 0], [0, 0, 8, 0]],
      [100, 'G8R8_G8B8_UNORM', 4, NONE, [0, 8, 8, 0], [0, 8, 0, 0]],
    ],
  },
  {
    blockWidth: 2,
    blockHeight: 2,
    pitchBytesPerBlock: 2,
    rows: [
      [44, 'NV12', 6, PLANAR_YUV | TWO_PLANAR_YUV | YUV_VIDEO | COLOR, [0, 0, 48, 0], [0, 0, 0, 0]],
      [121, 'YV12', 6, PLANAR_YUV | THREE_PLANAR_YUV | YUV_VIDEO | COLOR, [0, 0, 48, 0], [0, 0, 0, 0]],
    ],
  },
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [[152, 'AYUV', 4, ALPHA | YUV_VIDEO | COLOR, [8, 8, 8, 8], [0, 8, 16, 24]]],
  },
];
