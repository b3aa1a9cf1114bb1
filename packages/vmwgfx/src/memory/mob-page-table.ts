import { PAGE_SIZE, WORDS_PER_FRAME, type PhysicalMemory } from '@cg/pagetable';
import { SVGA3D_MOBFMT } from '@cg/svga-protocol';
import { VmwgfxError } from '../errors.js';

/** Page numbers of 8 bytes in a page. */
const NUMBERS_PER_PAGE = PAGE_SIZE / 8;

/** A page table by which the device finds the pages of a MOB or object table. */
export interface MobPageTable {
  /** SVGA3D_MOBFMT. */
  readonly ptDepth: number;
  /** Page number of the page itself (depth 0) or of the top page of page numbers. */
  readonly base: number;
  /** Frames of the table, freed with it. */
  readonly tableFrames: Uint32Array;
}

function writePageNumbers(memory: PhysicalMemory, tableFrames: Uint32Array, pages: Uint32Array): void {
  const { u32 } = memory;
  let word = 0;
  for (let i = 0; i < pages.length; i++) {
    if (i % NUMBERS_PER_PAGE === 0) {
      word = tableFrames[i / NUMBERS_PER_PAGE] * WORDS_PER_FRAME;
    }
    u32[word] = pages[i];
    u32[word + 1] = 0;
    word += 2;
  }
}

/**
 * Writes the page numbers of a MOB into guest memory: one page directly, up to 512 through one page of 64-bit
 * numbers, up to 262,144 through two levels.
 * @throws PageTableError ENOMEM; nothing stays allocated
 */
export function buildMobPageTable(memory: PhysicalMemory, frames: Uint32Array): MobPageTable {
  if (frames.length === 1) {
    return { ptDepth: SVGA3D_MOBFMT.PTDEPTH64_0, base: frames[0], tableFrames: new Uint32Array(0) };
  }
  const leafCount = Math.ceil(frames.length / NUMBERS_PER_PAGE);
  const tableFrames = memory.allocateFrames(leafCount === 1 ? 1 : leafCount + 1);
  const leaves = tableFrames.subarray(0, leafCount);
  writePageNumbers(memory, leaves, frames);
  if (leafCount === 1) {
    return { ptDepth: SVGA3D_MOBFMT.PTDEPTH64_1, base: leaves[0], tableFrames };
  }
  const top = tableFrames[leafCount];
  writePageNumbers(memory, tableFrames.subarray(leafCount), leaves);
  return { ptDepth: SVGA3D_MOBFMT.PTDEPTH64_2, base: top, tableFrames };
}

/** Most pages that two levels of 64-bit page numbers reach: 1 GiB. */
const MAX_MOB_PAGES = NUMBERS_PER_PAGE * NUMBERS_PER_PAGE;

/** @throws VmwgfxError ENOMEM for more pages than a MOB can have */
export function checkMobPages(pageCount: number): void {
  if (pageCount > MAX_MOB_PAGES) {
    const bytes = pageCount * PAGE_SIZE;
    throw new VmwgfxError('ENOMEM', `a MOB cannot have ${bytes} bytes`, { bytes });
  }
}
