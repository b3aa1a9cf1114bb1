import { BUFFER, NONE } from './block-desc.js';
import type { FormatFamily } from './family.js';

/** Formats without typed channels: the buffer, the palette index, and invalid ids. */
export const bytesFamilies: readonly FormatFamily[] = [
  {
    blockWidth: 1,
    blockHeight: 1,
    rows: [
      [0, 'FORMAT_INVALID', 0, NONE, [0, 0, 0, 0], [0, 0, 0, 0]],
      [23, 'FORMAT_DEAD1', 3, NONE, [8, 8, 8, 0], [16, 8, 0, 0]],
      [37, 'BUFFER', 1, BUFFER, [0, 0, 8, 0], [0, 0, 0, 0]],
      [45, 'FORMAT_DEAD2', 4, NONE, [8, 8, 8, 8], [0, 8, 16, 24]],
      [97, 'P8', 1, NONE, [0, 0, 8, 0], [0, 0, 0, 0]],
    ],
  },
];
