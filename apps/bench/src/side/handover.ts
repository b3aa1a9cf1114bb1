import type { BenchErrorCode } from '../errors.js';
import type { Side } from '../row.js';
import type { RowSettings } from '../rows/settings.js';

/** What the main thread asks a worker to do with one of its two passes. */
export const ASKED = { NOTHING: 0, BEGIN: 1, STEP: 2, END: 3, CLOSE: 4 } as const;
/** What has come of it. */
export const ANSWER = { NONE: 0, DONE: 1, FAILED: 2 } as const;
/** Words that both threads see. */
export const WORD = { ASKED: 0, PASS: 1, STEP: 2, ANSWER: 3 } as const;

/** Timed parts of a step at the most. */
const MOST_PARTS = 4;

/** What both threads share: `words` of WORD, and the times of the last step, NaN behind the last part. */
export interface Handover {
  readonly words: Int32Array;
  readonly times: Float64Array;
}

export function makeHandover(): Handover {
  return {
    words: new Int32Array(new SharedArrayBuffer(Object.keys(WORD).length * Int32Array.BYTES_PER_ELEMENT)),
    times: new Float64Array(new SharedArrayBuffer(MOST_PARTS * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/**
 * Sleeps until a word is no longer `value`. A thread that was interrupted between its store and its notify wakes the
 * other one a turn too late: being woken says nothing, the word does.
 * @returns whether it has changed within `patience` milliseconds
 */
export function waitWhile(words: Int32Array, word: number, value: number, patience = Infinity): boolean {
  while (Atomics.load(words, word) === value) {
    if (Atomics.wait(words, word, value, patience) === 'timed-out') {
      return false;
    }
  }
  return true;
}

/** What a worker is started with. */
export interface SideRequest {
  readonly handover: Handover;
  /** The module in rows/ with the row, which is at `index` of its rows. */
  readonly group: string;
  readonly index: number;
  readonly side: Side;
  readonly settings: RowSettings;
  /** The other build's packages, by name; the bench's own if left out. */
  readonly packages?: ReadonlyMap<string, string>;
}

/** What a worker says beside the handover. */
export type SideMessage =
  | { readonly kind: 'opened'; readonly steps: number; readonly per: number; readonly alike: boolean }
  | { readonly kind: 'skipped'; readonly skipped: string }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly stack: string;
      /** Of a BenchError. */
      readonly code: BenchErrorCode | undefined;
      readonly contender: string | undefined;
    };
