import { checkInside, Fields, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import type { CpuRegisters, MemoryImage } from './memory-image.js';
import { MOST_PAGES, PageBitmap } from './page-bitmap.js';
import { PagedImage, type PageStore } from './paged-image.js';
import { SegmentedImage } from './segmented-image.js';
import type { Segment } from './segments.js';

// Windows' 64-bit crash dumps, DUMP_HEADER64, as debuggers and public parsers describe them.

const PAGE_SIZE = 4096;
const HEADER_SIZE = 0x2000;
const DIRECTORY_TABLE_BASE = 0x10;
const MACHINE_IMAGE_TYPE = 0x30;
const IMAGE_FILE_MACHINE_AMD64 = 0x8664;
/** PHYSICAL_MEMORY_DESCRIPTOR64: NumberOfRuns, NumberOfPages, then the runs: first page, pages. */
const PHYSICAL_MEMORY_BLOCK = 0x88;
const FIRST_RUN = PHYSICAL_MEMORY_BLOCK + 16;
/** The block has no room for more: ContextRecord follows at 0x348. */
const MOST_RUNS = 42;
const DUMP_TYPE = 0xf98;

const DUMP_TYPES: Readonly<Record<number, string>> = {
  2: 'kernel summary',
  3: 'header only',
  4: 'small (minidump)',
  7: 'automatic',
  8: 'kernel memory in ranges',
  9: 'kernel and user memory in ranges',
  10: 'complete memory in ranges',
};
const FULL = 1;
const BITMAP_FULL = 5;
const BITMAP_KERNEL = 6;

/** BITMAP_DUMP, after the header. */
const BITMAP_HEADER = {
  SIZE: 0x38,
  FIRST_PAGE: 0x20,
  PAGES: 0x30,
} as const;

/**
 * A full dump, whose pages follow the header run by run, or one with a bitmap of its pages.
 * @throws MemoryImageError ENOTSUP for other types and machines; EINVAL and EIO for invalid headers
 */
export function openWindowsDump(source: ByteSource): MemoryImage {
  const header = Fields.read(source, 0, HEADER_SIZE, 'the dump header');
  const machine = header.u32(MACHINE_IMAGE_TYPE);
  if (machine !== IMAGE_FILE_MACHINE_AMD64) {
    const message = `a Windows dump of machine 0x${machine.toString(16)}, which is not x86-64`;
    throw new MemoryImageError('ENOTSUP', message, MACHINE_IMAGE_TYPE);
  }
  const cr3 = header.u64(DIRECTORY_TABLE_BASE);
  const cpus: CpuRegisters[] = [{ source: 'Windows', cr3, inLongMode: true }];
  const type = header.u32(DUMP_TYPE);
  switch (type) {
    case FULL:
      return new SegmentedImage('windows', source, fullSegments(header), cpus);
    case BITMAP_FULL:
    case BITMAP_KERNEL:
      return new PagedImage('windows', new BitmapPages(source), cpus);
    default: {
      const name = DUMP_TYPES[type] ?? 'unknown';
      throw new MemoryImageError('ENOTSUP', `a Windows dump of type ${type}, ${name}`, DUMP_TYPE);
    }
  }
}

function fullSegments(header: Fields): Segment[] {
  const runs = header.u32(PHYSICAL_MEMORY_BLOCK);
  if (runs > MOST_RUNS) {
    throw new MemoryImageError('EINVAL', `${runs} runs of pages`, PHYSICAL_MEMORY_BLOCK);
  }
  const segments: Segment[] = [];
  let offset = HEADER_SIZE;
  for (let run = 0; run < runs; run++) {
    const at = FIRST_RUN + run * 16;
    const physical = header.size(at, `the first page of run ${run}`) * PAGE_SIZE;
    const size = header.size(at + 8, `the pages of run ${run}`) * PAGE_SIZE;
    segments.push({ physical, offset, size });
    offset += size;
  }
  return segments;
}

class BitmapPages implements PageStore {
  readonly pageSize = PAGE_SIZE;
  readonly pages: PageBitmap;
  readonly #source: ByteSource;
  readonly #firstPage: number;

  constructor(source: ByteSource) {
    const header = Fields.read(source, HEADER_SIZE, BITMAP_HEADER.SIZE, 'the bitmap header');
    if (!(header.has(0, 'SDMPDUMP') || header.has(0, 'FDMPDUMP'))) {
      throw new MemoryImageError('EINVAL', 'no bitmap behind the header', HEADER_SIZE);
    }
    const pages = header.size(BITMAP_HEADER.PAGES, 'the number of pages');
    if (pages > MOST_PAGES) {
      throw new MemoryImageError('ENOTSUP', `${pages} pages, more than ${MOST_PAGES}`, HEADER_SIZE);
    }
    const bitmap = HEADER_SIZE + BITMAP_HEADER.SIZE;
    checkInside(source, bitmap, Math.ceil(pages / 8), 'the bitmap');
    this.#source = source;
    this.pages = new PageBitmap(source, bitmap, pages);
    this.#firstPage = header.size(BITMAP_HEADER.FIRST_PAGE, 'the place of the first page');
    checkInside(source, this.#firstPage, this.pages.total * PAGE_SIZE, 'the pages');
  }

  load(_page: number, index: number, into: Uint8Array): void {
    this.#source.read(this.offsetOf(index), into);
  }

  offsetOf(index: number): number {
    return this.#firstPage + index * PAGE_SIZE;
  }
}
