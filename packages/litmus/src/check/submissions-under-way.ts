import type { Content } from './content.js';

/**
 * The contents written, or loaded by a CPU, during a submission. These accesses are not ordered with its commands, so a
 * reader may see the values before or after (rule 1.1).
 */
export class SubmissionsUnderWay {
  #depth = 0;
  readonly #changed = new Set<Content>();

  begin(): void {
    this.#depth++;
  }

  end(): void {
    if (--this.#depth === 0) {
      this.#changed.forEach((content) => content.endSubmissions());
      this.#changed.clear();
    }
  }

  /** A content changes. @returns whether that is during a submission */
  note(content: Content): boolean {
    if (this.#depth > 0) {
      this.#changed.add(content);
    }
    return this.#depth > 0;
  }
}
