import type { CommandWait } from '../renderer/command-wait.js';
import type { Resume } from './command-buffers.js';

/**
 * Holds the command stream that is stopped at a command waiting for the renderer. Nothing else runs meanwhile, so
 * that fences, interrupts and later buffers stay in order.
 */
export class StreamStop {
  #resume: Resume | undefined;
  #wait: CommandWait | undefined;
  #isAnswered = false;
  #failure: Error | undefined;
  readonly #answered: () => void;

  /** @param answered called when the answer has come, or failed: `resume` may be called */
  constructor(answered: () => void) {
    this.#answered = answered;
  }

  get isStopped(): boolean {
    return this.#wait !== undefined;
  }

  /** Whether a stream is stopped, and may resume. */
  get mayResume(): boolean {
    return this.#isAnswered;
  }

  /** The awaited answer; undefined if there is none. */
  get answer(): PromiseLike<void> | undefined {
    return this.#isAnswered ? undefined : this.#wait?.answer;
  }

  stop(wait: CommandWait, resume: Resume): void {
    this.#wait = wait;
    this.#resume = resume;
    const answered = (failure?: Error): void => {
      // The device may have been reset or restored in the meantime.
      if (this.#wait === wait) {
        this.#isAnswered = true;
        this.#failure = failure;
        this.#answered();
      }
    };
    wait.answer.then(
      () => answered(),
      (reason: unknown) => answered(reason instanceof Error ? reason : new Error(String(reason))),
    );
  }

  /** Resumes the stream, which may stop again. */
  resume(): void {
    const resume = this.#resume;
    const failure = this.#failure;
    this.forget();
    resume?.(failure);
  }

  /** Drops the stream; a later answer is ignored. */
  forget(): void {
    this.#wait = undefined;
    this.#resume = undefined;
    this.#isAnswered = false;
    this.#failure = undefined;
  }
}
