/** No id of an object. */
const NONE = -1;

/**
 * Objects by id. The one that was looked up last is at hand: commands in a row mostly name the same. What was looked
 * up holds as long as the count of changes stays.
 */
export class ObjectMap<Value> extends Map<number, Value> {
  changes = 0;
  #lastId = NONE;
  #last: Value | undefined;

  override get(id: number): Value | undefined {
    if (id !== this.#lastId) {
      this.#last = super.get(id);
      this.#lastId = id;
    }
    return this.#last;
  }

  override set(id: number, value: Value): this {
    this.#changed();
    return super.set(id, value);
  }

  override delete(id: number): boolean {
    this.#changed();
    return super.delete(id);
  }

  override clear(): void {
    this.#changed();
    super.clear();
  }

  #changed(): void {
    this.changes++;
    this.#lastId = NONE;
    this.#last = undefined;
  }
}
