/** An answer that comes when it is told to, and is heard of at once. */
export class Answer<T = void> implements PromiseLike<T> {
  readonly #told: ((value: T) => void)[] = [];
  readonly #value: () => T;
  #isThere = false;

  /** @param value what it is, and what happens just before it comes */
  constructor(value: () => T) {
    this.#value = value;
  }

  come(): void {
    const value = this.#value();
    this.#isThere = true;
    this.#told.splice(0).forEach((tell) => tell(value));
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise would be heard of in a later microtask only
  then<R, E>(told?: ((value: T) => PromiseLike<R> | R) | null): PromiseLike<E | R> {
    const tell = (value: T): void => void told?.(value);
    if (this.#isThere) {
      tell(this.#value());
    } else {
      this.#told.push(tell);
    }
    return this as unknown as PromiseLike<E | R>;
  }
}
