import { IntervalTree, type IntervalNode } from '@cg/collections';
import { RwLock } from './locks.js';
import type { Vma, VmaMapping, ZapObserver } from './vma.js';
import { zapRange } from './zap.js';

/**
 * An object that address spaces map: pages, numbered from 0, and the VMAs that show some of them. The
 * kernel calls it struct address_space.
 */
export class Mapping implements VmaMapping {
  /** Guards the set of VMAs: read to walk them, write to change it. */
  readonly lock: RwLock;
  readonly #vmas = new IntervalTree<Vma>();
  readonly #nodes = new Map<Vma, IntervalNode<Vma>>();
  #zapObserver: ZapObserver | undefined;

  constructor(readonly name: string) {
    this.lock = new RwLock(`mapping ${name}`);
  }

  /** Who is told of dirty entries that are removed; one at most. */
  observeZaps(observer: ZapObserver | undefined): void {
    this.#zapObserver = observer;
  }

  get zapObserver(): ZapObserver | undefined {
    return this.#zapObserver;
  }

  /**
   * The VMAs that show a page of `[firstPage, firstPage + pageCount)`, by first page.
   * @throws PageTableError EDEADLK where the mapping's lock is not held
   */
  vmasShowing(firstPage: number, pageCount: number): Generator<IntervalNode<Vma>> {
    this.lock.assertHeld();
    return this.#vmas.overlapping(firstPage, firstPage + pageCount);
  }

  /** For the address space, which owns the VMA. */
  attach(vma: Vma): void {
    this.lock.recordIn(vma.addressSpace.tables.memory.locks);
    this.lock.acquireWrite();
    this.#nodes.set(vma, this.#vmas.insert(vma.firstPage, vma.firstPage + vma.pageCount, vma));
    this.lock.releaseWrite();
  }

  detach(vma: Vma): void {
    const node = this.#nodes.get(vma);
    if (node === undefined) {
      return;
    }
    this.lock.acquireWrite();
    this.#vmas.remove(node);
    this.#nodes.delete(vma);
    this.lock.releaseWrite();
  }

  /** Removes the page-table entries that show a page range, in every address space, and flushes. */
  unmapRange(firstPage: number, pageCount: number): void {
    this.lock.acquireRead();
    try {
      for (const { value: vma } of this.vmasShowing(firstPage, pageCount)) {
        const first = Math.max(firstPage, vma.firstPage);
        const end = Math.min(firstPage + pageCount, vma.firstPage + vma.pageCount);
        zapRange(vma, vma.addressOf(first), vma.addressOf(end));
      }
    } finally {
      this.lock.releaseRead();
    }
  }
}
