/** A format as far as these tests need it: block size in texels and bytes. */
export interface Blocks {
  format: number;
  blockWidth: number;
  blockHeight: number;
  bytes: number;
}

export const A8R8G8B8: Blocks = { format: 2, blockWidth: 1, blockHeight: 1, bytes: 4 };
export const ALPHA8: Blocks = { format: 32, blockWidth: 1, blockHeight: 1, bytes: 1 };
export const DXT1: Blocks = { format: 15, blockWidth: 4, blockHeight: 4, bytes: 8 };

/** A surface as the reference sees it. */
export interface Shape {
  blocks: Blocks;
  width: number;
  height: number;
  depth: number;
  mips: number;
  layers: number;
  samples: number;
}

export interface Box {
  x: number;
  y: number;
  z: number;
  w: number;
  h: number;
  d: number;
}

export function mipSize(shape: Shape, mip: number): { width: number; height: number; depth: number } {
  const half = (size: number): number => Math.max(1, Math.floor(size / 2 ** mip));
  return { width: half(shape.width), height: half(shape.height), depth: half(shape.depth) };
}

function mipBytes(shape: Shape, mip: number): number {
  const { width, height, depth } = mipSize(shape, mip);
  const { blockWidth, blockHeight, bytes } = shape.blocks;
  return Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * depth * bytes;
}

export function subresourceBytes(shape: Shape, subresource: number): number {
  return mipBytes(shape, subresource % shape.mips);
}

function chainBytes(shape: Shape): number {
  let bytes = 0;
  for (let mip = 0; mip < shape.mips; mip++) {
    bytes += mipBytes(shape, mip);
  }
  return bytes;
}

export function sheetBytes(shape: Shape): number {
  return chainBytes(shape) * shape.layers;
}

export function surfaceBytes(shape: Shape): number {
  return sheetBytes(shape) * Math.max(shape.samples, 1);
}

/** Where a subresource starts in its sheet. */
export function subresourceOffset(shape: Shape, subresource: number): number {
  let offset = Math.floor(subresource / shape.mips) * chainBytes(shape);
  for (let mip = 0; mip < subresource % shape.mips; mip++) {
    offset += mipBytes(shape, mip);
  }
  return offset;
}

/** Every byte of a box in the backing, sheet by sheet and block by block: slow, and plainly right. */
export function boxOffsets(shape: Shape, subresource: number, box: Box): number[] {
  const { blockWidth, blockHeight, bytes } = shape.blocks;
  const { width, height } = mipSize(shape, subresource % shape.mips);
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const offsets: number[] = [];
  for (let sheet = 0; sheet < Math.max(shape.samples, 1); sheet++) {
    const start = sheet * sheetBytes(shape) + subresourceOffset(shape, subresource);
    for (let z = box.z; z < box.z + box.d; z++) {
      for (let y = box.y; y < box.y + box.h; y += blockHeight) {
        for (let x = box.x; x < box.x + box.w; x += blockWidth) {
          const block = (z * down + y / blockHeight) * across + x / blockWidth;
          for (let byte = 0; byte < bytes; byte++) {
            offsets.push(start + block * bytes + byte);
          }
        }
      }
    }
  }
  return offsets;
}
