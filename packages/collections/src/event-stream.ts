interface Listener<E> {
  readonly hear: (event: E) => void;
}

/**
 * Events of a part of a program. The part emits each with `events.tell?.({ kind: … })`: without a listener that is
 * one comparison, and no event is made.
 */
export class EventStream<E> {
  /** Calls every listener, in the order of registration; undefined while there is none. For the emitting part only. */
  tell: ((event: E) => void) | undefined;
  #listeners: readonly Listener<E>[] = [];

  /**
   * Registers a listener for every event from now on. It is called in the middle of the reported operation: it must
   * not change its state, nor keep what an event lends. An error that it throws does not affect the operation or
   * other listeners, and surfaces as an unhandled rejection.
   * @returns removes the listener
   */
  listen(hear: (event: E) => void): () => void {
    const listener = { hear };
    this.#set([...this.#listeners, listener]);
    return () => this.#set(this.#listeners.filter((other) => other !== listener));
  }

  #set(listeners: readonly Listener<E>[]): void {
    this.#listeners = listeners;
    this.tell = listeners.length === 0 ? undefined : this.#tellAll;
  }

  readonly #tellAll = (event: E): void => {
    for (const { hear } of this.#listeners) {
      try {
        hear(event);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  };
}
