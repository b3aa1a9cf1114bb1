import { Bitmap } from '@cg/collections';
import { TOP_LEVEL } from './entry-bits.js';
import { PageTableError } from './errors.js';
import { LOCK_RANK, RUNNING_THREAD, type LedgerLock, type LockLedger } from './lock-ledger.js';

class TableLock implements LedgerLock {
  readonly rank: number;
  holder: string | undefined;

  constructor(
    readonly tableFrame: number,
    level: number,
  ) {
    this.rank = LOCK_RANK.topTable + TOP_LEVEL - level;
  }

  get name(): string {
    return `the lock of the table in frame ${this.tableFrame}`;
  }
}

/**
 * The lock of each page table of an address space (the kernel's page-table lock). It guards the entries of that
 * table: a change of one that a CPU or a walker may access needs it. They are the innermost locks; an upper table's
 * may be held while a lower one's is taken, not the other way round.
 */
export class TableLocks {
  readonly #locks = new Map<number, TableLock>();
  /** By frame: a table whose lock is free. A walk of many tables looks here, where they are close together. */
  readonly #free: Bitmap;

  /** @param frames of the memory */
  constructor(
    readonly ledger: LockLedger,
    frames: number,
  ) {
    this.#free = new Bitmap(frames);
  }

  /** Adds a table; its level determines the rank of its lock. */
  add(tableFrame: number, level: number): void {
    this.#locks.set(tableFrame, new TableLock(tableFrame, level));
    this.#free.set(tableFrame);
  }

  /**
   * @throws PageTableError EDEADLK if it is held, with both holders named, or if `holder` has the lock of a
   * table of a lower level; EINVAL if there is no such table
   */
  acquire(tableFrame: number, holder: string = RUNNING_THREAD): void {
    const lock = this.#locks.get(tableFrame);
    if (lock === undefined) {
      const message = `frame ${tableFrame} is no table of this address space`;
      throw new PageTableError('EINVAL', message, { frame: tableFrame, holder });
    }
    if (lock.holder !== undefined) {
      throw broken(lock, `wanted by ${holder}, held by ${lock.holder}`, holder);
    }
    this.ledger.checkOrder(lock, holder);
    lock.holder = holder;
    this.#free.clear(tableFrame);
    this.ledger.add(lock, holder);
  }

  /** @throws PageTableError EDEADLK if `holder` does not hold it */
  release(tableFrame: number, holder: string = RUNNING_THREAD): void {
    const lock = this.assertHeld(tableFrame, holder);
    lock.holder = undefined;
    this.#free.set(tableFrame);
    this.ledger.remove(lock, holder);
  }

  /** Whether the frame is a table of the address space whose lock is free. */
  isFree(tableFrame: number): boolean {
    return this.#free.has(tableFrame);
  }

  holderOf(tableFrame: number): string | undefined {
    return this.#locks.get(tableFrame)?.holder;
  }

  /** @throws PageTableError EDEADLK if `holder` does not hold it */
  assertHeld(tableFrame: number, holder: string = RUNNING_THREAD): TableLock {
    const lock = this.#locks.get(tableFrame);
    if (lock?.holder !== holder) {
      const actual = lock?.holder === undefined ? 'not held' : `held by ${lock.holder}`;
      throw broken(lock ?? new TableLock(tableFrame, 1), `must be held by ${holder}, ${actual}`, holder);
    }
    return lock;
  }

  /** Removes a table before it is freed. @throws PageTableError EDEADLK if its lock is held */
  forget(tableFrame: number): void {
    const lock = this.#locks.get(tableFrame);
    if (lock?.holder !== undefined) {
      throw broken(lock, `its table is freed, held by ${lock.holder}`, RUNNING_THREAD);
    }
    this.#locks.delete(tableFrame);
    this.#free.clear(tableFrame);
  }
}

function broken(lock: TableLock, how: string, holder: string): PageTableError {
  const heldBy = lock.holder === undefined ? [] : [lock.holder];
  return new PageTableError('EDEADLK', `${lock.name}: ${how}`, { lock: lock.name, holder, heldBy });
}
