interface Listener<E> {
  readonly hear: (event: E) => void;
}

/**
 * What a part of a program tells of what it does. At each place that tells something stands
 * `events.tell?.({ kind: … })`: without a listener that is one comparison, and no event is made.
 */
export class EventStream<E> {
  /** Tells every listener, in the order in which they came; undefined while there is none. For the part itself. */
  tell: ((event: E) => void) | undefined;
  #listeners: readonly Listener<E>[] = [];

  /**
   * Has a listener told of every event from now on. It is called in the middle of what it is told of: it must not
   * change that, nor keep what an event lends. An error that it throws disturbs nothing; it comes up as an unhandled
   * rejection.
   * @returns ends that
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
