/**
 * A bounded cache that keeps what was used last, in two generations: an entry that is used moves to the young one; when
 * that is full, it becomes the old one, and the former old one is dropped.
 */
export class GenerationCache<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** @param capacity of a generation */
  constructor(
    readonly capacity: number,
    readonly dropped: (value: Value) => void = () => {},
  ) {}

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) {
      return young;
    }
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.#add(key, old);
    }
    return old;
  }

  set(key: Key, value: Value): Value {
    this.#old.delete(key);
    this.#add(key, value);
    return value;
  }

  /** Forgets all entries, without telling `dropped`. */
  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  #add(key: Key, value: Value): void {
    if (this.#young.size >= this.capacity) {
      const gone = this.#old;
      this.#old = this.#young;
      this.#young = new Map();
      gone.forEach(this.dropped);
    }
    this.#young.set(key, value);
  }
}
