/** A change by a submission. */
interface Change {
  /** The number of the user's command that makes it, from 1 on; 0 if the whole submission does. */
  readonly command: number;
  readonly undo: (() => void) | undefined;
  readonly accept: (() => void) | undefined;
}

/**
 * What a submission has changed in the driver before its commands have run: undone in reverse if they do not, else
 * made final (rule 1.5). No step can fail or wait.
 */
export class Journal {
  #changes: Change[] = [];

  /**
   * Notes a change that was made.
   * @param undo takes it back
   * @param accept makes it final, such as by dropping what it replaced
   * @param command the number of the user's command that makes it
   */
  note(undo: (() => void) | undefined, accept?: () => void, command = 0): void {
    this.#changes.push({ command, undo, accept });
  }

  /** Undoes everything. */
  undo(): void {
    this.undoCommandsAfter(-1);
  }

  /** Undoes the changes of the user's commands behind the first `sent`. */
  undoCommandsAfter(sent: number): void {
    const changes = this.#changes;
    for (let i = changes.length - 1; i >= 0; i--) {
      if (changes[i].command > sent) {
        changes[i].undo?.();
      }
    }
    if (changes.length > 0) {
      this.#changes = changes.filter(({ command }) => command <= sent);
    }
  }

  /** Makes all changes final that are not undone. */
  accept(): void {
    if (this.#changes.length > 0) {
      this.#changes.splice(0).forEach(({ accept }) => accept?.());
    }
  }
}
