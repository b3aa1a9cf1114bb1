import { checkInside, Fields, type ByteSource } from './byte-source.js';
import { readStoredPage } from './decompress.js';
import { cpusFromNotes } from './elf-notes.js';
import { MemoryImageError } from './errors.js';
import type { CpuRegisters, MemoryImage } from './memory-image.js';
import { MOST_PAGES, PageBitmap } from './page-bitmap.js';
import { PagedImage, type PageStore } from './paged-image.js';
import { kernelTables } from './vmcoreinfo.js';

// kdump-compressed files (makedumpfile, diskdump_mod.h and IMPLEMENTATION): a header, a sub-header, two
// bitmaps of pages, a descriptor for each page that is in the second, pages.

const HEADER_SIZE = 464;
const DESCRIPTOR_SIZE = 24;
const MOST_NOTE_BYTES = 16 * 2 ** 20;
/** The first header_version with max_mapnr_64. */
const VERSION_64 = 6;

/** Field offsets of the sub-header, by the writer's word size. */
interface Layout {
  readonly blockSize: number;
  readonly split: number;
  readonly vmcoreinfo: number;
  readonly note: number;
  readonly maxMapnr64: number;
  readonly subHeaderSize: number;
  readonly wide: boolean;
}

const KDUMP64: Layout = {
  blockSize: 428,
  split: 12,
  vmcoreinfo: 32,
  note: 48,
  maxMapnr64: 96,
  subHeaderSize: 104,
  wide: true,
};

const KDUMP32: Layout = {
  blockSize: 416,
  split: 8,
  vmcoreinfo: 20,
  note: 32,
  maxMapnr64: 72,
  subHeaderSize: 80,
  wide: false,
};

/**
 * A kdump-compressed file, as makedumpfile and QEMU write it. Pages that were excluded from the dump are not held.
 * @throws MemoryImageError ENOTSUP for one part of several; EINVAL and EIO for invalid headers. Reading a damaged
 * page is EBADMSG
 */
export function openKdump(source: ByteSource): MemoryImage {
  const header = Fields.read(source, 0, HEADER_SIZE, 'the kdump header');
  const layout = [KDUMP64, KDUMP32].find(({ blockSize }) => isBlockSize(header.u32(blockSize)));
  if (layout === undefined) {
    throw new MemoryImageError(
      'EINVAL',
      `a block size of ${header.u32(KDUMP64.blockSize)}`,
      KDUMP64.blockSize,
    );
  }
  const blockSize = header.u32(layout.blockSize);
  const sub = Fields.read(source, blockSize, layout.subHeaderSize, 'the kdump sub-header');
  if (header.i32(8) >= 2 && sub.i32(layout.split) !== 0) {
    throw new MemoryImageError('ENOTSUP', 'one part of a dump that was split', blockSize + layout.split);
  }
  const cpus = cpusOf(source, sub, layout, header.i32(8));
  return new PagedImage('kdump', new KdumpPages(source, header, sub, layout), cpus);
}

function isBlockSize(size: number): boolean {
  return size >= 4096 && size <= 65536 && (size & (size - 1)) === 0;
}

class KdumpPages implements PageStore {
  readonly pageSize: number;
  readonly pages: PageBitmap;
  readonly #source: ByteSource;
  readonly #descriptors: number;

  constructor(source: ByteSource, header: Fields, sub: Fields, layout: Layout) {
    this.#source = source;
    this.pageSize = header.u32(layout.blockSize);
    const subHeaderBlocks = header.u32(layout.blockSize + 4);
    const bitmapBlocks = header.u32(layout.blockSize + 8);
    const pages = pageCount(header, sub, layout);
    const bitmap = this.pageSize * (1 + subHeaderBlocks);
    const bytes = this.pageSize * bitmapBlocks;
    const oneBitmap = Math.ceil(pages / 8);
    if (bytes < oneBitmap) {
      throw new MemoryImageError('EINVAL', `${bytes} bytes of bitmap for ${pages} pages`, bitmap);
    }
    // Two bitmaps of half the blocks each: existing pages, and those of them in the file.
    const hasTwo = bytes >= Math.ceil(oneBitmap / this.pageSize) * this.pageSize * 2;
    checkInside(source, bitmap, bytes, 'the bitmaps');
    this.pages = new PageBitmap(source, bitmap + (hasTwo ? bytes / 2 : 0), pages);
    this.#descriptors = bitmap + bytes;
    checkInside(source, this.#descriptors, this.pages.total * DESCRIPTOR_SIZE, 'the page descriptors');
  }

  load(page: number, index: number, into: Uint8Array): void {
    const at = this.#descriptors + index * DESCRIPTOR_SIZE;
    const descriptor = Fields.read(this.#source, at, DESCRIPTOR_SIZE, `the descriptor of page ${page}`);
    const offset = descriptor.size(0, 'the place of a page');
    const size = descriptor.u32(8);
    if (size > this.pageSize) {
      throw new MemoryImageError('EINVAL', `page ${page} is stored in ${size} bytes`, at);
    }
    const stored = Fields.read(this.#source, offset, size, `page ${page}`).bytes;
    readStoredPage(stored, descriptor.u32(12), into);
  }
}

function pageCount(header: Fields, sub: Fields, layout: Layout): number {
  const pages =
    header.i32(8) >= VERSION_64
      ? sub.size(layout.maxMapnr64, 'max_mapnr_64')
      : header.u32(layout.blockSize + 12);
  if (pages > MOST_PAGES) {
    const message = `${pages} page frames, more than ${MOST_PAGES}: larger dumps are not read`;
    throw new MemoryImageError('ENOTSUP', message);
  }
  return pages;
}

/** The CPUs of the ELF notes that are copied into the file; else the kernel's tables of VMCOREINFO. */
function cpusOf(source: ByteSource, sub: Fields, layout: Layout, version: number): readonly CpuRegisters[] {
  if (version >= 4) {
    const cpus = cpusFromNotes(part(source, sub, layout, layout.note, 'the notes'));
    if (cpus.length > 0) {
      return cpus;
    }
  }
  if (version >= 3) {
    const kernel = kernelTables(part(source, sub, layout, layout.vmcoreinfo, 'VMCOREINFO'));
    return kernel === undefined ? [] : [kernel];
  }
  return [];
}

function part(source: ByteSource, sub: Fields, layout: Layout, at: number, what: string): Uint8Array {
  const offset = sub.size(at, `the place of ${what}`);
  const size = layout.wide ? sub.size(at + 8, `the size of ${what}`) : sub.u32(at + 8);
  if (size > MOST_NOTE_BYTES) {
    throw new MemoryImageError('EINVAL', `${what} have ${size} bytes`, offset);
  }
  return Fields.read(source, offset, size, what).bytes;
}
