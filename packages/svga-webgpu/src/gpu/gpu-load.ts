import type { Recorder } from './recorder.js';

/** Weights that the GPU may have at once: at first, at least and at most. */
const FIRST = 2 ** 32;
const LEAST = 2 ** 28;
const MOST = 2 ** 40;
/** The GPU's time for a load: below and above these milliseconds the next may be larger, or has to be smaller. */
const SHORT = 100;
const LONG = 500;
const STEP = 4;
/** Of the time of waiting: lavapipe's clock does not run while it draws what was recorded before. */
const LEAST_SHARE = 1 / 8;
/** What is less than this share of a load is not measured. */
const QUIET = 1 / 16;

/**
 * Bounds what the GPU is given at once, in any weight that is no less than the work: what comes next waits until it is
 * done. How much that is follows the time that the GPU needs.
 */
export class GpuLoad {
  /** The weight that the GPU may have at once. */
  most = FIRST;
  #given = 0;
  /** Waits so far, each of which counts anew. */
  #waits = 0;
  #isWaiting = false;
  #isWatched = false;

  constructor(
    readonly recorder: Recorder,
    readonly now: () => number,
  ) {}

  /**
   * Makes room for a weight, which is given to the GPU.
   * @returns undefined if there is room; else the milliseconds for which the GPU had to be waited for, but no more than
   * it has worked by its own clock, if it has one, and no less than an eighth
   */
  take(weight: number): Promise<number> | undefined {
    if (this.#given === 0 || this.#given + weight <= this.most) {
      this.#give(weight);
      return undefined;
    }
    const began = this.now();
    this.recorder.submit();
    this.#waits++;
    this.#isWaiting = true;
    return this.#wait(began, weight);
  }

  /** What was given is submitted: once the GPU has done it, there is room for as much again. */
  rests(): void {
    if (this.#isWatched || this.#isWaiting || this.#given <= this.most * QUIET) {
      return;
    }
    this.#isWatched = true;
    void this.#watch(this.#given, this.#waits);
  }

  async #watch(given: number, waits: number): Promise<void> {
    const { clock, device } = this.recorder;
    await device.queue.onSubmittedWorkDone().catch(() => {}); // the device is lost
    this.#isWatched = false;
    if (this.#waits === waits) {
      this.#given = Math.max(0, Math.round(this.#given - given));
      // Nobody has waited for this.
      await clock?.taken();
    }
  }

  #give(weight: number): void {
    this.#given += weight;
    if (this.#given > this.most * QUIET) {
      this.recorder.measure();
    }
  }

  async #wait(began: number, weight: number): Promise<number> {
    const { clock, device } = this.recorder;
    await device.queue.onSubmittedWorkDone();
    const waited = this.now() - began;
    const worked = clock === undefined ? 0 : await clock.taken();
    if (waited > LONG) {
      this.most = Math.max(this.most / STEP, LEAST);
    } else if (waited < SHORT) {
      this.most = Math.min(this.most * STEP, MOST);
    }
    this.#given = 0;
    this.#isWaiting = false;
    this.#give(weight);
    // A clock that stands still measures nothing.
    return worked > 0 ? Math.min(Math.max(worked, waited * LEAST_SHARE), waited) : waited;
  }
}
