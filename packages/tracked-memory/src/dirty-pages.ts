import { Bitmap } from '@cg/collections';

/**
 * A set of dirty pages: a bitmap and the hull `[start, end)` of what is set in it. Empty is one state,
 * start = number of pages and end = 0 (rule 5.4, B2).
 */
export class DirtyPages {
  readonly bitmap: Bitmap;
  #start: number;
  #end = 0;

  /** @throws CollectionsError if `pageCount` is no whole number from 0 to 2^32 - 1 */
  constructor(readonly pageCount: number) {
    this.bitmap = new Bitmap(pageCount);
    this.#start = pageCount;
  }

  /** First dirty page; the number of pages if none is dirty. */
  get start(): number {
    return this.#start;
  }

  /** One past the last dirty page; 0 if none is dirty. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  has(page: number): boolean {
    return this.bitmap.has(page);
  }

  add(page: number): void {
    this.bitmap.set(page);
    this.widen(page, page + 1);
  }

  addRange(start: number, end: number): void {
    this.bitmap.setRange(start, end);
    this.widen(start, end);
  }

  /**
   * For code that sets bits in `bitmap` directly: extends the hull by `[start, end)`, whose first and last bit must
   * be set. An empty range changes nothing.
   */
  widen(start: number, end: number): void {
    if (start >= end) {
      return;
    }
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, end);
  }

  /** Makes a range clean and the hull tight again (B2). */
  clearRange(start: number, end: number): void {
    this.bitmap.clearRange(start, end);
    if (start >= this.#end || end <= this.#start) {
      return;
    }
    const isAll = start <= this.#start && end >= this.#end;
    const first = isAll ? this.#end : this.bitmap.findNextSet(this.#start, this.#end);
    if (first === this.#end) {
      this.#start = this.pageCount;
      this.#end = 0;
      return;
    }
    this.#end = this.bitmap.findLastSet(this.#end) + 1;
    this.#start = first;
  }
}
