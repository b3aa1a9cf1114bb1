import { command, prefixed, square, surfaces, view, wide } from './costly-guest.js';
import type { CostlyBuffer, Step } from './costly-guest.js';

const all = (size: { width: number; height: number }) => [size.width, size.height];
const stretch = (from: readonly number[], to: readonly number[], mode: number): Step =>
  command('SURFACE_STRETCHBLT', {
    srcSid: 1,
    destSid: 2,
    mode,
    ...prefixed('boxSrc', from),
    ...prefixed('boxDest', to),
  });

/** Buffers that read and write texels as numbers. */
export const costlyTexels: readonly CostlyBuffer[] = [
  ...(
    [
      ['8 bits', 2, 68],
      ['half floats', 123, 24],
      ['32-bit floats', 122, 2],
      ['5 bits', 3, 4],
      ['sRGB', 69, 115],
      ['shared exponents', 98, 66],
      ['depth', 80, 80],
    ] as const
  ).flatMap(([what, format, other]) =>
    [0, 1, 2].map((mode) => ({
      name: `stretch of ${what}, mode ${mode}`,
      prepare: surfaces({ format, ...square }, { format: other }),
      steps: [stretch([255, 255], all(square), mode)],
    })),
  ),
  { name: 'stretch to a texel', prepare: surfaces(square), steps: [stretch([2, 2], [1, 1], 1)] },
  {
    name: 'stretch to a column',
    prepare: surfaces({ width: 1, height: 8192 }),
    steps: [stretch([1, 8191], [1, 8192], 1)],
  },
  {
    name: 'conversion of many small mips',
    prepare: surfaces({ width: 64, height: 64, numMipLevels: 24, arraySize: 512 }, { format: 68 }),
    steps: [command('DX_PRED_CONVERT', { srcSid: 1, dstSid: 2 })],
  },
  {
    name: 'stretch within a surface',
    prepare: surfaces(wide),
    steps: [
      command('SURFACE_STRETCHBLT', {
        srcSid: 1,
        destSid: 1,
        ...prefixed('boxSrc', [2, 2]),
        ...prefixed('boxDest', [1, 1]),
      }),
    ],
  },
  {
    name: 'resolve of eight samples',
    prepare: surfaces({ ...square, multisampleCount: 8 }, { multisampleCount: 0 }),
    steps: [command('DX_RESOLVE_COPY', { srcSid: 1, dstSid: 2, copyFormat: 2 })],
  },
  {
    name: 'resolve of a texel',
    prepare: surfaces({ multisampleCount: 8 }, { multisampleCount: 0 }),
    steps: [command('DX_RESOLVE_COPY', { srcSid: 1, dstSid: 2, copyFormat: 2 })],
  },
  {
    name: 'mips of a large surface',
    prepare: surfaces({ ...square, numMipLevels: 9 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of half floats',
    prepare: surfaces({ ...square, numMipLevels: 9, format: 123 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of many texels',
    prepare: surfaces({ numMipLevels: 24, arraySize: 2048 }),
    steps: [command('GENERATE_MIPMAPS', { sid: 1 })],
  },
  {
    name: 'mips of a view',
    prepare: view('SRVIEW', {}, { numMipLevels: 24, arraySize: 2048 }),
    steps: [command('DX_GENMIPS')],
  },
];
