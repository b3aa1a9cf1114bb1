import type { Content } from './content.js';

/**
 * Which bytes were written, or seen by a CPU, while a submission was under way. Nothing orders that and the commands
 * of the submission, so who reads the byte meanwhile may see the values before or after (rule 1.1).
 */
export class SubmissionsUnderWay {
  #depth = 0;
  #changed: { readonly content: Content; readonly offset: number; readonly bytes: number }[] = [];

  get any(): boolean {
    return this.#depth > 0;
  }

  begin(): void {
    this.#depth++;
  }

  end(): void {
    if (--this.#depth === 0) {
      this.#changed.forEach(({ content, offset, bytes }) => content.endDuring(offset, bytes));
      this.#changed = [];
    }
  }

  /** Bytes of a content change. @returns whether that is during a submission */
  note(content: Content, offset: number, bytes: number): boolean {
    if (this.#depth > 0) {
      this.#changed.push({ content, offset, bytes });
    }
    return this.any;
  }
}
