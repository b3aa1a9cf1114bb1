import { PageTableError } from './errors.js';
import { LOCK_RANK, RUNNING_THREAD, type LockLedger } from './lock-ledger.js';

/**
 * A reader-writer lock that never sleeps: the model runs on one thread, so a holder that would have to wait has
 * broken a rule, and that throws, with both holders named. A reader may read again.
 *
 * Holders are names: a CPU's, or any given by a caller; the default is `the running thread`.
 */
export class RwLock {
  readonly #readers: string[] = [];
  #writer: string | undefined;
  #ledger: LockLedger | undefined;

  /**
   * @param rank its place in the order of locks; a mapping's by default
   * @param ledger where acquisitions are recorded; left out, nowhere until `recordIn`
   */
  constructor(
    readonly name: string,
    readonly rank: number = LOCK_RANK.mapping,
    ledger?: LockLedger,
  ) {
    this.#ledger = ledger;
  }

  /** For a mapping, which belongs to a machine from its first VMA on: records acquisitions from now on. */
  recordIn(ledger: LockLedger): void {
    if (this.#ledger === undefined && !this.isHeld) {
      this.#ledger = ledger;
    }
  }

  get isHeld(): boolean {
    return this.#writer !== undefined || this.#readers.length > 0;
  }

  /** Its holders: the writer, or every reader. */
  get holders(): readonly string[] {
    return this.#writer === undefined ? [...this.#readers] : [this.#writer];
  }

  /** @throws PageTableError EDEADLK if it is held for writing, or a lock of a higher rank by `holder` */
  acquireRead(holder: string = RUNNING_THREAD): void {
    if (this.#writer !== undefined) {
      throw this.#broken(`wanted for reading by ${holder}, held for writing by ${this.#writer}`, holder);
    }
    this.#ledger?.checkOrder(this, holder);
    this.#readers.push(holder);
    this.#ledger?.add(this, holder);
  }

  releaseRead(holder: string = RUNNING_THREAD): void {
    const index = this.#readers.lastIndexOf(holder);
    if (index < 0) {
      throw this.#broken(
        `released by ${holder}, which does not hold it for reading; ${this.#holders()}`,
        holder,
      );
    }
    if (index === this.#readers.length - 1) {
      this.#readers.pop(); // most readers come and go one inside the other
    } else {
      this.#readers.splice(index, 1);
    }
    this.#ledger?.remove(this, holder);
  }

  /** @throws PageTableError EDEADLK if it is held, or `holder` a lock of a higher rank */
  acquireWrite(holder: string = RUNNING_THREAD): void {
    if (this.isHeld) {
      throw this.#broken(`wanted for writing by ${holder}, ${this.#holders()}`, holder);
    }
    this.#ledger?.checkOrder(this, holder);
    this.#writer = holder;
    this.#ledger?.add(this, holder);
  }

  releaseWrite(holder: string = RUNNING_THREAD): void {
    if (this.#writer !== holder) {
      throw this.#broken(
        `released by ${holder}, which does not hold it for writing; ${this.#holders()}`,
        holder,
      );
    }
    this.#writer = undefined;
    this.#ledger?.remove(this, holder);
  }

  /**
   * @param holder the required holder; any if left out
   * @throws PageTableError EDEADLK if it is not held
   */
  assertHeld(holder?: string): void {
    if (!this.isHeld || (holder !== undefined && !this.holders.includes(holder))) {
      throw this.#broken(`must be held by ${holder ?? RUNNING_THREAD} here; ${this.#holders()}`, holder);
    }
  }

  #holders(): string {
    if (!this.isHeld) {
      return 'not held';
    }
    return `held for ${this.#writer === undefined ? 'reading' : 'writing'} by ${this.holders.join(', ')}`;
  }

  #broken(how: string, holder: string = RUNNING_THREAD): PageTableError {
    const facts = { lock: this.name, holder, heldBy: this.holders };
    return new PageTableError('EDEADLK', `lock ${this.name}: ${how}`, facts);
  }
}
