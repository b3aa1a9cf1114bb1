import type { SubresourceBox, SurfaceLayout } from '../src/index.js';

/** One block where it lies in memory, found by counting alone. */
export interface WalkedBlock {
  offset: number;
  sheet: number;
  subresource: number;
  x: number;
  y: number;
  z: number;
}

/**
 * Every block of a small surface in memory order: the reference the arithmetic is measured against. It takes
 * only the description and the size of a block from the layout. In planar formats only offset, sheet and
 * subresource mean something.
 */
export function walkBlocks({ description, format }: SurfaceLayout): WalkedBlock[] {
  const { bytesPerBlock, blockWidth, blockHeight, blockDepth } = format;
  const blocks: WalkedBlock[] = [];
  for (let sheet = 0; sheet < Math.max(description.samples, 1); sheet++) {
    for (let subresource = 0; subresource < description.layers * description.mipLevels; subresource++) {
      const level = subresource % description.mipLevels;
      const width = Math.max(description.width >> level, 1);
      const height = Math.max(description.height >> level, 1);
      const depth = Math.max(description.depth >> level, 1);
      for (let z = 0; z < depth; z += blockDepth) {
        for (let y = 0; y < height; y += blockHeight) {
          for (let x = 0; x < width; x += blockWidth) {
            blocks.push({ offset: blocks.length * bytesPerBlock, sheet, subresource, x, y, z });
          }
        }
      }
    }
  }
  return blocks;
}

/** Whether a box holds the first texel of a block, in any sheet. */
export function holds(box: SubresourceBox, { subresource, x, y, z }: Omit<WalkedBlock, 'offset'>): boolean {
  return (
    box.subresource === subresource &&
    x >= box.x &&
    x < box.x + box.width &&
    y >= box.y &&
    y < box.y + box.height &&
    z >= box.z &&
    z < box.z + box.depth
  );
}
