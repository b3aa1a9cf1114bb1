import type { TraceFrame } from '@cg/machine/trace';

type Next = IteratorResult<TraceFrame, undefined>;

/** Frames for a replay, given one at a time, so that two replays can take turns. */
export class FrameFeed implements AsyncIterableIterator<TraceFrame, undefined> {
  #give: (next: Next) => void = () => {};
  #onWanted: () => void = () => {};

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The replay is done with the frame before. */
  next(): Promise<Next> {
    const given = new Promise<Next>((resolve) => {
      this.#give = resolve;
    });
    this.#onWanted();
    return given;
  }

  /** Gives the frame that the replay waits for. @returns when the replay wants the next one */
  play(frame: TraceFrame): Promise<void> {
    const wanted = new Promise<void>((resolve) => {
      this.#onWanted = resolve;
    });
    this.#give({ done: false, value: frame });
    return wanted;
  }

  /** There are no more frames. */
  end(): void {
    this.#give({ done: true, value: undefined });
  }
}
