import type { BenchErrorCode } from '../errors.js';
import type { Side } from '../row.js';
import type { RowSettings } from '../rows/settings.js';

/** The main thread's request to a worker, for one of its two passes. */
export const ASKED = { NOTHING: 0, BEGIN: 1, STEP: 2, END: 3, CLOSE: 4 } as const;
/** The result of the request. */
export const ANSWER = { NONE: 0, DONE: 1, FAILED: 2 } as const;
/** Shared words. */
export const WORD = { ASKED: 0, PASS: 1, STEP: 2, ANSWER: 3 } as const;

/** The most timed parts of a step. */
const MOST_PARTS = 8;

/** Shared memory: `words` of WORD, and the times of the last step, NaN after the last part. */
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
 * Sleeps until a word differs from `value`. A thread that is interrupted between its store and its notify wakes the
 * other one a turn late, so only the word is decisive. @returns whether it has changed within `patience` milliseconds
 */
export function waitWhile(words: Int32Array, word: number, value: number, patience = Infinity): boolean {
  while (Atomics.load(words, word) === value) {
    if (Atomics.wait(words, word, value, patience) === 'timed-out') {
      return false;
    }
  }
  return true;
}

/** The start data of a worker. */
export interface SideRequest {
  readonly handover: Handover;
  /** The module in rows/ with the row, which is at `index` of its rows. */
  readonly group: string;
  readonly index: number;
  readonly side: Side;
  readonly settings: RowSettings;
  /** The other build's packages, by name; by default the bench's own. */
  readonly packages?: ReadonlyMap<string, string>;
}

/** Messages of a worker beside the handover. */
export type SideMessage =
  | {
      readonly kind: 'opened';
      readonly steps: number;
      readonly per: number;
      readonly alike: boolean;
      readonly warmUp: number | undefined;
    }
  | { readonly kind: 'skipped'; readonly skipped: string }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly stack: string;
      /** Of a BenchError. */
      readonly code: BenchErrorCode | undefined;
      readonly contender: string | undefined;
    };
