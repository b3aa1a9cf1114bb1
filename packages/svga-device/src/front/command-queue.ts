import { SVGA_CB_MAX_QUEUED_PER_CONTEXT } from './protocol/command-buffer-header.js';

/**
 * Command buffers of one context, by the addresses of their headers. A context begins stopped: what is
 * submitted then waits until the guest starts it.
 */
export class CommandQueue {
  readonly #waiting: number[] = [];
  /** Set by START_STOP_CONTEXT. */
  started = false;

  /** @returns false where the queue is full */
  push(headerAddress: number): boolean {
    if (this.#waiting.length === SVGA_CB_MAX_QUEUED_PER_CONTEXT) {
      return false;
    }
    this.#waiting.push(headerAddress);
    return true;
  }

  /** The next buffer to run, taken out; undefined while stopped or empty. */
  take(): number | undefined {
    return this.started ? this.#waiting.shift() : undefined;
  }

  /** Stops, and forgets what waits. */
  reset(): void {
    this.started = false;
    this.#waiting.length = 0;
  }
}
