import { PageTableError } from './errors.js';

/** The order of locks: lower ranks are taken first (rule 3.5 names them). */
export const LOCK_RANK = {
  /** An address space's lock (the kernel's mmap_lock). */
  addressSpace: 1,
  /** A mapping's lock (the kernel's i_mmap_rwsem). */
  mapping: 2,
  /** The lock of a top table; those of lower levels come after it. */
  topTable: 3,
} as const;

/** The holder of a lock if none is named. */
export const RUNNING_THREAD = 'the running thread';

/** A lock, as error messages describe it. */
export interface LedgerLock {
  readonly name: string;
  readonly rank: number;
}

/**
 * All held locks of one machine, in the order of acquisition, with their holders. Taking a lock out of order is an
 * error at once, rather than a deadlock when two holders meet.
 */
export class LockLedger {
  readonly #locks: LedgerLock[] = [];
  readonly #holders: string[] = [];

  /** Whether no lock is held: then none has to be waited for, and the order allows any. */
  get isEmpty(): boolean {
    return this.#locks.length === 0;
  }

  /** @throws PageTableError EDEADLK if `holder` has a lock that must be taken after this one */
  checkOrder(lock: LedgerLock, holder: string): void {
    for (let i = this.#locks.length - 1; i >= 0; i--) {
      const held = this.#locks[i];
      if (held.rank > lock.rank && this.#holders[i] === holder) {
        throw new PageTableError(
          'EDEADLK',
          `wrong order: ${holder} takes ${lock.name} while it holds ${held.name}; held now: ${this.describe()}`,
          { lock: lock.name, heldLock: held.name, holder, heldBy: [holder] },
        );
      }
    }
  }

  add(lock: LedgerLock, holder: string): void {
    this.#locks.push(lock);
    this.#holders.push(holder);
  }

  remove(lock: LedgerLock, holder: string): void {
    const last = this.#locks.length - 1;
    if (this.#locks[last] === lock && this.#holders[last] === holder) {
      this.#locks.pop();
      this.#holders.pop();
      return;
    }
    for (let i = last - 1; i >= 0; i--) {
      if (this.#locks[i] === lock && this.#holders[i] === holder) {
        this.#locks.splice(i, 1);
        this.#holders.splice(i, 1);
        return;
      }
    }
  }

  /** The held locks and their holders, in the order of acquisition; for messages and tests. */
  describe(): string {
    return this.#locks.map((lock, i) => `${lock.name} by ${this.#holders[i]}`).join(', ') || 'nothing';
  }
}
