import { PageTableError } from './errors.js';

/**
 * A reader-writer lock that records instead of sleeping: the model runs on one thread, so whoever would
 * have to wait has broken a rule, and that throws.
 */
export class RwLock {
  #readers = 0;
  #written = false;

  constructor(readonly name: string) {}

  get isHeld(): boolean {
    return this.#written || this.#readers > 0;
  }

  /** @throws PageTableError EDEADLK where it is held for writing */
  acquireRead(): void {
    if (this.#written) {
      throw this.#broken('taken for reading while held for writing');
    }
    this.#readers++;
  }

  releaseRead(): void {
    if (this.#readers === 0) {
      throw this.#broken('released by a reader, but no reader holds it');
    }
    this.#readers--;
  }

  /** @throws PageTableError EDEADLK where anybody holds it */
  acquireWrite(): void {
    if (this.isHeld) {
      throw this.#broken('taken for writing while held');
    }
    this.#written = true;
  }

  releaseWrite(): void {
    if (!this.#written) {
      throw this.#broken('released by a writer, but no writer holds it');
    }
    this.#written = false;
  }

  /** @throws PageTableError EDEADLK where nobody holds it */
  assertHeld(): void {
    if (!this.isHeld) {
      throw this.#broken('must be held here');
    }
  }

  #broken(how: string): PageTableError {
    return new PageTableError('EDEADLK', `lock ${this.name}: ${how}`, { lock: this.name });
  }
}
