import { IntervalTree, type IntervalNode } from '@cg/collections';
import { isPageRange, PAGE_SIZE } from './address.js';
import { PageTableError } from './errors.js';
import { splitAll, splitAtEdges } from './leaf-visit.js';
import { RwLock } from './locks.js';
import type { Vma, VmaMapping, ZapObserver } from './vma.js';
import { rangeShowing, zapRange } from './zap.js';

/**
 * An object that address spaces map: pages, numbered from 0, and the VMAs that map some of them. The kernel calls it
 * struct address_space.
 */
export class Mapping implements VmaMapping {
  /** Guards the set of VMAs: read to walk them, write to change it. */
  readonly lock: RwLock;
  readonly #vmas = new IntervalTree<Vma>();
  readonly #nodes = new Map<Vma, IntervalNode<Vma>>();
  #zapObserver: ZapObserver | undefined;
  #unmapCount = 0;
  #changes = 0;

  constructor(readonly name: string) {
    this.lock = new RwLock(`mapping ${name}`);
  }

  /** Sets the one observer of removed dirty entries. */
  observeZaps(observer: ZapObserver | undefined): void {
    this.#zapObserver = observer;
  }

  get zapObserver(): ZapObserver | undefined {
    return this.#zapObserver;
  }

  get unmapCount(): number {
    return this.#unmapCount;
  }

  /** Counts the changes of its set of VMAs. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * The VMAs that map a page of `[firstPage, firstPage + pageCount)`, by first page. The caller checks the range
   * (`isPageRange`).
   * @throws PageTableError EDEADLK if the mapping's lock is not held
   */
  vmasShowing(firstPage: number, pageCount: number): Generator<IntervalNode<Vma>> {
    this.lock.assertHeld();
    return this.#vmas.overlapping(firstPage, firstPage + pageCount);
  }

  /** As `vmasShowing`, one VMA after another: the first, or the one after `last`; null after the last. */
  nextShowing(
    last: IntervalNode<Vma> | null,
    firstPage: number,
    pageCount: number,
  ): IntervalNode<Vma> | null {
    const end = firstPage + pageCount;
    return last === null
      ? this.#vmas.firstOverlap(firstPage, end)
      : this.#vmas.nextOverlap(last, firstPage, end);
  }

  /** For the address space, which owns the VMA. */
  attach(vma: Vma): void {
    this.lock.recordIn(vma.addressSpace.tables.memory.locks);
    this.replace([], [vma]);
  }

  detach(vma: Vma): void {
    this.replace([vma], []);
  }

  replace(gone: readonly Vma[], come: readonly Vma[], meanwhile?: () => void): void {
    this.lock.acquireWrite();
    this.#changes++;
    try {
      meanwhile?.();
      for (const vma of gone) {
        const node = this.#nodes.get(vma);
        if (node !== undefined) {
          this.#vmas.remove(node);
          this.#nodes.delete(vma);
        }
      }
      for (const vma of come) {
        this.#nodes.set(vma, this.#vmas.insert(vma.firstPage, vma.firstPage + vma.pageCount, vma));
      }
    } finally {
      this.lock.releaseWrite();
    }
  }

  /**
   * Checks that a walk would not have to wait now: for a caller that must know before it changes anything.
   * @throws PageTableError EDEADLK if the lock, or a later one, is held against a reader
   */
  assertWalkable(): void {
    this.lock.acquireRead();
    this.lock.releaseRead();
  }

  /**
   * Removes the page-table entries that map a page range, in every address space, and flushes. Private VMAs' copies
   * of such pages stay.
   * @throws PageTableError ENOMEM if a huge leaf crosses an edge and there is no free frame to split it, EINVAL
   * for an invalid range of pages; nothing is removed then
   */
  unmapRange(firstPage: number, pageCount: number): void {
    checkPages(firstPage, pageCount);
    this.#unmapCount++;
    this.#eachRange(firstPage, pageCount, (vma, start, end) => {
      splitAtEdges(vma.addressSpace.tables, start, end);
    });
    this.#eachRange(firstPage, pageCount, (vma, start, end) => zapRange(vma, start, end, true));
  }

  /**
   * Splits the huge leaves that map a page range down to 4 KiB, in every address space, as required before the object
   * is tracked (rule 2.8).
   * @throws PageTableError ENOMEM; the mapping is then unchanged, if in smaller leaves; EINVAL for an invalid range
   * of pages
   */
  splitHugeLeaves(firstPage: number, pageCount: number): void {
    checkPages(firstPage, pageCount);
    this.#eachRange(firstPage, pageCount, (vma, start, end) => {
      splitAll(vma.addressSpace.tables, start, end);
    });
  }

  #eachRange(
    firstPage: number,
    pageCount: number,
    act: (vma: Vma, start: number, end: number) => void,
  ): void {
    this.lock.acquireRead();
    try {
      for (const { value: vma } of this.vmasShowing(firstPage, pageCount)) {
        const { start, end } = rangeShowing(vma, firstPage, pageCount);
        act(vma, start, end);
      }
    } finally {
      this.lock.releaseRead();
    }
  }
}

function checkPages(firstPage: number, pageCount: number): void {
  if (!isPageRange(firstPage, pageCount)) {
    const facts = { address: firstPage * PAGE_SIZE, length: pageCount * PAGE_SIZE };
    throw new PageTableError('EINVAL', `not a range of pages: ${firstPage} + ${pageCount}`, facts);
  }
}
