import type { SurfaceStatement } from '../program/statement.js';

/** Shapes of surfaces in random programs. */
export interface Shape extends Pick<
  SurfaceStatement,
  'format' | 'width' | 'height' | 'depth' | 'mips' | 'layers' | 'samples' | 'cube'
> {
  /** Its size in bytes, for offsets. */
  readonly bytes: number;
  readonly needsDx?: boolean;
  /** The size of a block, for boxes; undefined if only the whole can be copied. */
  readonly block?: number;
}

const flat = { depth: 1, mips: 1, layers: 1, samples: 1, cube: false } as const;

/**
 * A few pages each, with hard cases for mapping bytes to boxes: rows longer than a page, a page that ends in the middle
 * of a row, blocks, planes, slices, mips, faces, layers, sample sheets.
 */
export const shapes: readonly Shape[] = [
  { ...flat, format: 'A8R8G8B8', width: 32, height: 48, bytes: 6144, block: 1 },
  { ...flat, format: 'A8R8G8B8', width: 64, height: 64, bytes: 16_384, block: 1 },
  { ...flat, format: 'A8R8G8B8', width: 2048, height: 3, bytes: 24_576, block: 1 },
  // As many pages as a word of the bitmap has bits.
  { ...flat, format: 'A8R8G8B8', width: 1024, height: 32, bytes: 131_072, block: 1 },
  { ...flat, format: 'BUFFER', width: 10_000, height: 1, bytes: 10_000, block: 1 },
  { ...flat, format: 'BC1_UNORM', width: 130, height: 126, bytes: 8448, block: 4 },
  { ...flat, format: 'NV12', width: 64, height: 96, bytes: 9216 },
  { ...flat, format: 'A8R8G8B8', width: 40, height: 30, depth: 4, bytes: 19_200, block: 1 },
  { ...flat, format: 'A8R8G8B8', width: 48, height: 48, mips: 4, bytes: 12_240, block: 1 },
  { ...flat, format: 'A8R8G8B8', width: 24, height: 24, cube: true, bytes: 13_824, block: 1 },
  { ...flat, format: 'A8R8G8B8', width: 32, height: 32, samples: 4, bytes: 16_384 },
  { ...flat, format: 'A8R8G8B8', width: 20, height: 20, layers: 9, bytes: 14_400, block: 1, needsDx: true },
  { ...flat, format: 'R8_UNORM', width: 100, height: 10, layers: 12, bytes: 12_000, block: 1, needsDx: true },
];
