/**
 * The places in this package where another CPU, walker or thread can run between two steps. Packages above define
 * their own.
 */
export const preemptionPoints = [
  /** A fault has found a table missing and allocated a frame for it, but has not entered it. */
  'fault: between upper entry and new table',
  /** A huge fault fell back; small pages come next. */
  'fault: between huge fall-back and small pages',
  /** The handler named a frame; it is not mapped yet. */
  'fault: between handler and entry',
  /** A write is recorded; its entry is still read-only (rule 2.5, B6). */
  'fault: between recorded write and writable entry',
  /** A private page is copied; the entry still maps the old frame. */
  'copy-on-write: between copy and entry',
  /** The entry maps the private copy; other CPUs may have the old frame cached. */
  'copy-on-write: between entry and flush',
  /** The new table of a split is allocated; the entry is still huge. */
  'split: between new table and entry',
  /** An entry is read and cleared, and not yet written back (rule 2.3). */
  'modify: between start and commit',
  /** Entries are removed, but TLBs may still have them cached. */
  'zap: between entries and flush',
  'protect: between entries and flush',
  'remap: between entries and flush',
  'fork: between entries and flush',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];

/**
 * Lets a test run another CPU at a named point of the code, of any package. The model runs on one thread, so races
 * happen only where a step is set; without any, a point costs one comparison.
 */
export class Preemption {
  #steps: Map<string, (() => void)[]> | undefined;
  #watch: ((point: string) => void) | undefined;
  #isUsed = false;

  /**
   * Runs `step` once, the next time that `point` is reached. Several steps at one point run one per arrival, in the
   * order in which they were set.
   */
  at(point: string, step: () => void): void {
    this.#steps ??= new Map();
    const waiting = this.#steps.get(point);
    if (waiting === undefined) {
      this.#steps.set(point, [step]);
    } else {
      waiting.push(step);
    }
    this.#isUsed = true;
  }

  /** Calls `watch` whenever a point is reached, after the step there; undefined ends that. */
  watch(watch: ((point: string) => void) | undefined): void {
    this.#watch = watch;
    this.#isUsed = watch !== undefined || this.#steps !== undefined;
  }

  /** Forgets the steps that still wait for their points, and ends the watch. */
  clear(): void {
    this.#steps = undefined;
    this.watch(undefined);
  }

  /** Whether a point does anything at all: a step waits for one, or there is a watch. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Whether a step is still waiting for its point: a race that a test intended did not happen. */
  get isPending(): boolean {
    return this.#steps !== undefined;
  }

  /** For the code that contains the point. */
  reach(point: string): void {
    if (this.#isUsed) {
      this.#reached(point);
    }
  }

  #reached(point: string): void {
    if (this.#steps !== undefined) {
      this.#takeStep(this.#steps, point);
    }
    this.#watch?.(point);
  }

  #takeStep(steps: Map<string, (() => void)[]>, point: string): void {
    const waiting = steps.get(point);
    const step = waiting?.shift();
    if (waiting?.length === 0) {
      steps.delete(point);
      if (steps.size === 0) {
        this.#steps = undefined;
        this.#isUsed = this.#watch !== undefined;
      }
    }
    // Last, after the step has left the list: it may reach the same point itself.
    step?.();
  }
}
