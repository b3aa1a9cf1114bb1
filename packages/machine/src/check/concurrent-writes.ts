import type { Content } from './content.js';

interface Overwritten {
  readonly content: Content;
  readonly offset: number;
  readonly values: Uint8Array;
}

/**
 * What bytes held before somebody wrote them while a submission was under way. Nothing orders such a write and
 * the commands of that submission: who reads the byte during it may see the value before or after (rule 1.1).
 */
export class ConcurrentWrites {
  #depth = 0;
  #overwritten: Overwritten[] = [];

  get isUnderWay(): boolean {
    return this.#depth > 0;
  }

  begin(): void {
    this.#depth++;
  }

  end(): void {
    if (--this.#depth === 0) {
      this.#overwritten = [];
    }
  }

  /** Bytes of `content` are about to be written. */
  note(content: Content, offset: number, bytes: number): void {
    if (this.#depth > 0) {
      this.#overwritten.push({ content, offset, values: content.values.slice(offset, offset + bytes) });
    }
  }

  /** Whether a byte had this value at some time since the submission began. */
  allows(content: Content, offset: number, value: number): boolean {
    return this.#overwritten.some(
      (before) =>
        before.content === content &&
        offset >= before.offset &&
        offset < before.offset + before.values.length &&
        before.values[offset - before.offset] === value,
    );
  }
}
