import { SVGA_CB_MAX_QUEUED_PER_CONTEXT } from '@cg/svga-protocol';

/** A queued command buffer. */
export interface QueuedBuffer {
  /** Address of its header. */
  readonly address: number;
  /** When it may complete, in the host's time. */
  readonly due: number;
}

/** Command buffers of one context. A context begins stopped: buffers are then queued until the guest starts it. */
export class CommandQueue {
  readonly #waiting: QueuedBuffer[] = [];
  /** Set by START_STOP_CONTEXT. */
  started = false;

  /** The queued buffers, in order. */
  get waiting(): readonly QueuedBuffer[] {
    return this.#waiting;
  }

  /** When the next buffer may run; Infinity while stopped or empty. */
  get due(): number {
    return this.started && this.#waiting.length > 0 ? this.#waiting[0].due : Infinity;
  }

  /**
   * @param first ahead of the queued buffers, as with the prepend registers
   * @returns false if the queue is full
   */
  push(buffer: QueuedBuffer, first = false): boolean {
    if (this.#waiting.length === SVGA_CB_MAX_QUEUED_PER_CONTEXT) {
      return false;
    }
    if (first) {
      this.#waiting.unshift(buffer);
    } else {
      this.#waiting.push(buffer);
    }
    return true;
  }

  /** Removes and returns the next buffer. */
  take(): QueuedBuffer | undefined {
    return this.#waiting.shift();
  }

  /** Removes and returns the buffers that `which` selects. */
  remove(which: (buffer: QueuedBuffer) => boolean): QueuedBuffer[] {
    const removed = this.#waiting.filter(which);
    const kept = this.#waiting.filter((buffer) => !removed.includes(buffer));
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    return removed;
  }

  /** Stops, and drops the queued buffers. */
  reset(): void {
    this.started = false;
    this.#waiting.length = 0;
  }
}
