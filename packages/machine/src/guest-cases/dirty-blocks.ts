import { PAGE_SIZE } from '@cg/pagetable';
import type { SurfaceLayout } from '@cg/surface-layout';
import type { ByteRange, CaseBox } from './guest-case.js';

/** The blocks of the pages that a step writes, as a box for each row, computed from offsets alone. */
export function dirtyBlocks(layout: SurfaceLayout, writes: readonly ByteRange[]): CaseBox[] {
  const pages = new Set(writes.flatMap(pagesOf));
  return [...pages].flatMap((page) => blocksOfPage(layout, page));
}

function pagesOf([offset, length]: ByteRange): number[] {
  const first = Math.floor(offset / PAGE_SIZE);
  const end = Math.floor((offset + length - 1) / PAGE_SIZE) + 1;
  return Array.from({ length: end - first }, (_, i) => first + i);
}

function blocksOfPage(layout: SurfaceLayout, page: number): CaseBox[] {
  const { blockWidth, blockHeight, bytesPerBlock } = layout.format;
  const endOfPage = Math.min((page + 1) * PAGE_SIZE, layout.bytes);
  const blocks: CaseBox[] = [];
  for (let offset = page * PAGE_SIZE; offset < endOfPage;) {
    const layer = Math.floor(offset / layout.mipChainBytes);
    const inLayer = offset % layout.mipChainBytes;
    const level = layout.mips.findIndex((mip) => inLayer < mip.offset + mip.bytes);
    const mip = layout.mips[level];
    const block = Math.floor((inLayer - mip.offset) / bytesPerBlock);
    const wide = mip.rowStride / bytesPerBlock;
    const high = mip.imageStride / mip.rowStride;
    const [x, y, z] = [block % wide, Math.floor(block / wide) % high, Math.floor(block / (wide * high))];
    const [left, top] = [x * blockWidth, y * blockHeight];
    const start = layer * layout.mipChainBytes + mip.offset + block * bytesPerBlock;
    const inRow = Math.min(wide - x, Math.ceil((endOfPage - start) / bytesPerBlock));
    const width = Math.min(inRow * blockWidth, mip.width - left);
    const height = Math.min(blockHeight, mip.height - top);
    blocks.push([layer * layout.mips.length + level, left, top, z, width, height, 1]);
    offset = start + inRow * bytesPerBlock;
  }
  return blocks;
}

/** Whether every texel of `inner` lies in a box of `outer`, each of another subresource. */
export function contains(outer: readonly CaseBox[], inner: readonly CaseBox[]): boolean {
  return inner.every(([sub, x, y, z, w, h, d]) =>
    outer.some(
      ([ofSub, left, top, front, width, height, depth]) =>
        ofSub === sub &&
        left <= x &&
        top <= y &&
        front <= z &&
        left + width >= x + w &&
        top + height >= y + h &&
        front + depth >= z + d,
    ),
  );
}
