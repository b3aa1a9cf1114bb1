import type { Content } from './content.js';

/** A submission, from its call until its fence has passed. */
export interface SubmissionUnderWay {
  /** The step that submits. */
  readonly step: number;
  /** When the call began: its commands read what was stored until then, or something newer. */
  readonly since: number;
  /** The fence after its commands; undefined before the call has returned. */
  fence: number | undefined;
}

/** The half of the numbers before one counts as passed. */
const HALF = 2 ** 31;

/** Whether a fence has passed if the last one that has is `seqno`. */
export function hasPassed(fence: number, seqno: number): boolean {
  return (seqno - fence) >>> 0 < HALF;
}

/**
 * The submissions whose commands may still run. What CPUs and other submissions do meanwhile is not ordered with these
 * commands, so that a reader may see values before or after it (rules 1.1, 1.2).
 */
export class SubmissionsUnderWay {
  #underWay: SubmissionUnderWay[] = [];
  #time = 0;
  readonly #changed = new Set<Content>();

  begin(step: number): SubmissionUnderWay {
    const submission = { step, since: this.tick(), fence: undefined };
    this.#underWay.push(submission);
    return submission;
  }

  /** The call has failed, or returned the number of a fence, which `passed` may have been told already. */
  returned(submission: SubmissionUnderWay, fence: number | undefined, hasPassed: boolean): void {
    submission.fence = fence;
    if (fence === undefined || hasPassed) {
      this.#end((other) => other === submission);
    }
  }

  /** The device has passed a fence: the writes before it are ordered before all later steps. */
  passed(seqno: number): void {
    this.#end(({ fence }) => fence !== undefined && hasPassed(fence, seqno));
  }

  /**
   * @param isLate the device may run commands of a call during a later one
   * @param isAlone whether nothing else runs until the current call returns, neither a step nor commands of another one
   */
  constructor(
    readonly isLate = false,
    readonly isAlone: () => boolean = () => false,
  ) {}

  /** The one whose commands the device runs: the innermost call; if the device is late, perhaps one after the first. */
  get running(): SubmissionUnderWay | undefined {
    return this.#underWay.at(this.isLate ? 0 : -1);
  }

  /** When the first of them began; undefined if there is none. */
  get since(): number | undefined {
    return this.#underWay.at(0)?.since;
  }

  /** A content changes. @returns when; undefined if no other reader may see what it was before */
  note(content: Content): number | undefined {
    if (this.#underWay.length === 0 || (!this.isLate && this.isAlone())) {
      return undefined;
    }
    this.#changed.add(content);
    return this.tick();
  }

  /** A moment after all others. */
  tick(): number {
    return ++this.#time;
  }

  #end(hasEnded: (submission: SubmissionUnderWay) => boolean): void {
    this.#underWay = this.#underWay.filter((submission) => !hasEnded(submission));
    const since = Math.min(...this.#underWay.map((submission) => submission.since));
    for (const content of this.#changed) {
      if (!content.forgetReplaced(since)) {
        this.#changed.delete(content);
      }
    }
  }
}
