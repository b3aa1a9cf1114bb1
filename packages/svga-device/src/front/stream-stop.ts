import type { CommandWait } from '../renderer/command-wait.js';
import type { GoOn } from './command-buffers.js';

/**
 * The one place where command streams stop: at a command that waits for the renderer. Nothing else runs meanwhile, so
 * that fences, interrupts and later buffers come in order.
 */
export class StreamStop {
  #goOn: GoOn | undefined;
  #wait: CommandWait | undefined;
  #isAnswered = false;
  #failure: Error | undefined;
  readonly #answered: () => void;

  /** @param answered what was waited for has come, or failed: `goOn` may be called */
  constructor(answered: () => void) {
    this.#answered = answered;
  }

  /** A stream has stopped, and its answer has not come. */
  get isWaiting(): boolean {
    return this.#wait !== undefined && !this.#isAnswered;
  }

  /** A stream has stopped, and may go on. */
  get mayGoOn(): boolean {
    return this.#isAnswered;
  }

  /** What is waited for; undefined where nothing is. */
  get answer(): PromiseLike<void> | undefined {
    return this.isWaiting ? this.#wait?.answer : undefined;
  }

  stop(wait: CommandWait, goOn: GoOn): void {
    this.#wait = wait;
    this.#goOn = goOn;
    const answered = (failure?: Error): void => {
      // The device may have been reset or restored since.
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

  /** Goes on with the stream, which may stop again. */
  goOn(): void {
    const goOn = this.#goOn;
    const failure = this.#failure;
    this.forget();
    goOn?.(failure);
  }

  /** The stream is gone; an answer that comes later says nothing. */
  forget(): void {
    this.#wait = undefined;
    this.#goOn = undefined;
    this.#isAnswered = false;
    this.#failure = undefined;
  }
}
