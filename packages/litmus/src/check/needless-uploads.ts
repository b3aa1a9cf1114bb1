import { PAGE_SIZE } from '@cg/pagetable';
import type { CheckedSurface } from './checked-surface.js';
import type { Content } from './content.js';

/**
 * Finds updates without a cause: none of their pages was stored to, or read back, since the surface was last uploaded
 * there (rule 1.4). After a failure anything may be uploaded again.
 */
export class NeedlessUploads {
  /** When each page of a content changed last. */
  readonly #changes = new WeakMap<Content, Float64Array>();
  /** When the submission began that uploaded each page of a surface last. */
  readonly #uploaded = new WeakMap<CheckedSurface, Float64Array>();
  /** Everything counts as changed then. */
  #allChanged = 0;

  /** Bytes of a content were stored, or read back. */
  changed(content: Content, start: number, end: number, time: number): void {
    let times = this.#changes.get(content);
    if (times === undefined) {
      times = new Float64Array(Math.ceil(content.bytes / PAGE_SIZE));
      this.#changes.set(content, times);
    }
    times.fill(time, Math.floor(start / PAGE_SIZE), Math.ceil(end / PAGE_SIZE));
  }

  /** A step has failed. */
  failed(time: number): void {
    this.#allChanged = time;
  }

  /** A surface is at another place. */
  placed(surface: CheckedSurface): void {
    this.#uploaded.delete(surface);
  }

  /**
   * Bytes of a surface are about to be uploaded.
   * @param since when the submission began that uploads them: a page may have bytes in several of its boxes
   * @returns whether there is a cause
   */
  uploads(surface: CheckedSurface, start: number, end: number, since: number): boolean {
    const times = this.#uploadedOf(surface);
    const first = Math.floor(start / PAGE_SIZE);
    const last = Math.ceil(end / PAGE_SIZE);
    const changes = this.#changes.get(surface.content);
    const base = surface.offset / PAGE_SIZE;
    let hasCause = false;
    for (let page = first; page < last; page++) {
      const changed = Math.max(this.#allChanged, changes?.[base + page] ?? 0);
      hasCause ||= times[page] === since || times[page] < changed || times[page] === 0;
    }
    times.fill(since, first, last);
    return hasCause;
  }

  #uploadedOf(surface: CheckedSurface): Float64Array {
    let times = this.#uploaded.get(surface);
    if (times === undefined) {
      times = new Float64Array(Math.ceil(surface.layout.bytes / PAGE_SIZE));
      this.#uploaded.set(surface, times);
    }
    return times;
  }
}
