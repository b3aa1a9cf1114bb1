const PAGE = 4096;

/** Bytes that stay the same between two changes, and are recorded with them. */
const MERGED = 16;

/** What a replay has in memory so far, page by page: zeros at first. */
export class ShadowMemory {
  readonly #pages = new Map<number, Uint8Array>();

  /**
   * Finds where bytes differ from the shadow, which takes them over.
   * @param bytes whole pages from `address` on, the last of which may be cut off
   * @param changed called with each run
   */
  update(address: number, bytes: Uint8Array, changed?: (address: number, bytes: Uint8Array) => void): void {
    for (let start = 0; start < bytes.length; start += PAGE) {
      const page = this.#page((address + start) / PAGE);
      const now = bytes.subarray(start, start + PAGE);
      if (changed !== undefined) {
        forEachRun(page, now, (from, to) => changed(address + start + from, now.subarray(from, to)));
      }
      page.set(now);
    }
  }

  #page(number: number): Uint8Array {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(PAGE);
      this.#pages.set(number, page);
    }
    return page;
  }
}

function forEachRun(before: Uint8Array, now: Uint8Array, run: (from: number, to: number) => void): void {
  let from = -1;
  let to = 0;
  for (let i = 0; i < now.length; i++) {
    if (now[i] !== before[i]) {
      if (from >= 0 && i - to > MERGED) {
        run(from, to);
        from = i;
      }
      from = from < 0 ? i : from;
      to = i + 1;
    }
  }
  if (from >= 0) {
    run(from, to);
  }
}
