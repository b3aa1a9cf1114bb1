import type { HandleTable } from '../file/handle-table.js';
import { CheckedStream } from './checked-stream.js';
import type { Settled } from './validation.js';

/** Streams from this length on are compared by words: two views cost as much as comparing so many bytes. */
const LONG_BYTES = 256;

/**
 * The stream of commands that a file has submitted last, as it was checked.
 *
 * Many programs send the same bytes for each frame. They are not checked again while each handle of the file names
 * what it named: nothing else that a check depends on can change. That is a fifth of the time of a submission of one
 * copy. Commands of contexts are not remembered, because their check changes the context.
 *
 * Of a stream that names only surfaces, `settledAt` also says that everything was ready, until `Residency.epoch`
 * advances: the next submission scans, uploads what was stored and sends; without stores it looks at no resource.
 */
export class LastStream {
  #last: CheckedStream | undefined;
  #closedHandles = 0;
  #settled: Settled | undefined;

  /** The stream as it was checked, if it is the last one and its handles name the same objects. */
  find(bytes: Uint8Array, { closed }: HandleTable): CheckedStream | undefined {
    const last = this.#last;
    return last !== undefined && this.#closedHandles === closed && isSame(bytes, last.bytes)
      ? last
      : undefined;
  }

  /** A stream to be filled in, in the storage of the last one if that is not in use. */
  begin(bytes: Uint8Array): CheckedStream {
    const last = this.#last;
    if (last?.mayBecome(bytes.length) !== true) {
      return new CheckedStream().begin(bytes);
    }
    this.#last = undefined;
    return last.begin(bytes);
  }

  /** Remembers a stream in place of the last one. */
  remember(stream: CheckedStream, { closed }: HandleTable): void {
    this.#last = stream.isOfContext ? undefined : stream;
    this.#closedHandles = closed;
    this.#settled = undefined;
  }

  /** What is known of the last stream, if there was no event since. */
  settledAt(epoch: number): Settled | undefined {
    return this.#settled?.epoch === epoch ? this.#settled : undefined;
  }

  /** Remembers the end of a submission, unless another stream was submitted meanwhile. */
  settle(stream: CheckedStream, settled: Settled): void {
    if (stream === this.#last) {
      this.#settled = settled;
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a;
  if (length !== b.length) {
    return false;
  }
  const words = length < LONG_BYTES || a.byteOffset % 4 !== 0 ? 0 : Math.floor(length / 4);
  if (words > 0 && !areSameWords(a, b, words)) {
    return false;
  }
  for (let i = words * 4; i < length; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}

function areSameWords(a: Uint8Array, b: Uint8Array, words: number): boolean {
  const as = new Int32Array(a.buffer, a.byteOffset, words);
  const bs = new Int32Array(b.buffer, b.byteOffset, words);
  for (let i = 0; i < words; i++) {
    if (as[i] !== bs[i]) {
      return false;
    }
  }
  return true;
}
