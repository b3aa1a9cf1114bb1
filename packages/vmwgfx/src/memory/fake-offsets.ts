import { IntervalTree, type IntervalNode } from '@cg/collections';
import { VmwgfxError } from '../errors.js';

/** First page handed out, as in the kernel's DRM_FILE_PAGE_OFFSET_START for 4 KiB pages. */
const FIRST_OFFSET = 0x100000;
const OFFSETS_END = 2 ** 32;

/** Allocates each buffer object's offset in the device's one mapping, which user space passes to mmap. */
export class FakeOffsets<Pages extends { readonly pageCount: number }> {
  readonly #objects = new IntervalTree<Pages>();
  readonly #nodes = new Map<Pages, IntervalNode<Pages>>();
  /** Takes the lowest gap that is large enough. @throws VmwgfxError ENOMEM if the mapping's 2^32 pages have none */
  allocate(object: Pages): number {
    let start = FIRST_OFFSET;
    for (const taken of this.#objects.overlapping(FIRST_OFFSET, OFFSETS_END)) {
      if (taken.start - start >= object.pageCount) {
        break;
      }
      start = taken.end;
    }
    const end = start + object.pageCount;
    if (end > OFFSETS_END) {
      throw new VmwgfxError('ENOMEM', 'the device mapping has no offsets left');
    }
    this.#nodes.set(object, this.#objects.insert(start, end, object));
    return start;
  }

  free(object: Pages): void {
    const node = this.#nodes.get(object);
    if (node !== undefined) {
      this.#objects.remove(node);
      this.#nodes.delete(object);
    }
  }

  /** The buffer object that holds a page of the mapping. */
  find(page: number): Pages | undefined {
    return this.#objects.firstOverlap(page, page + 1)?.value;
  }
}
