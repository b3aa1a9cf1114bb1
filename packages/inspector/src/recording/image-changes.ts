import { forEachRun } from '@cg/machine';
import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { GrowableBytes, GrowableU32 } from './growable.js';

/** Words that are the same between two changes, and recorded with them: a change of its own costs four numbers. */
const GAP_WORDS = 4;

/** Words that are looked at together: a passed run of equal ones is most of the work. */
const STRIDE = 4;

/** A recorded image, and the device's. */
interface Images {
  readonly event: number;
  readonly surface: number;
  readonly recorded: Uint8Array;
  readonly device: Uint8Array;
}

/** The same bytes as words. */
interface Words {
  readonly recorded: Uint32Array;
  readonly device: Uint32Array;
}

/** The device's images as far as recorded: what differs from them is the next change. */
export class ImageChanges {
  readonly #images: (Uint8Array | undefined)[] = [];
  readonly #changes = new GrowableU32();
  readonly #bytes = new GrowableBytes();
  readonly #most: number;
  /** The limit is reached: nothing is recorded from then on. */
  isFull = false;

  /** @param most the limit of bytes of all changes */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Records where a box of the device's image differs from the recorded one.
   * @returns the bytes that differ
   */
  record(event: number, surface: number, layout: SurfaceLayout, device: Uint8Array, at?: BoxOf): number {
    const recorded = (this.#images[surface] ??= new Uint8Array(layout.bytes));
    const images = { event, surface, recorded, device };
    const words = wordsOf(recorded, device);
    if (at === undefined) {
      return this.#compare(images, words, 0, layout.bytes);
    }
    let different = 0;
    forEachRun(layout, at.subresource, at.box, (offset, bytes) => {
      different += this.#compare(images, words, offset, offset + bytes);
    });
    return different;
  }

  view(): { changes: Uint32Array<ArrayBuffer>; changedBytes: Uint8Array<ArrayBuffer> } {
    return { changes: this.#changes.view(), changedBytes: this.#bytes.view() };
  }

  #compare(images: Images, words: Words | undefined, start: number, end: number): number {
    const first = Math.ceil(start / 4);
    const last = Math.floor(end / 4);
    if (words === undefined || first >= last) {
      return this.#change(images, start, end);
    }
    let different = this.#change(images, start, first * 4);
    let word = firstDifferent(words, first, last);
    while (word < last) {
      const stop = lastDifferent(words, word, last);
      different += this.#changeWords(images, words, word, stop);
      word = firstDifferent(words, stop, last);
    }
    return different + this.#change(images, last * 4, end);
  }

  /** The words of a range change. @returns how many bytes do */
  #changeWords(images: Images, { recorded, device }: Words, first: number, last: number): number {
    const to = this.#begin(images, first * 4, last * 4);
    if (to === undefined || to % 4 !== 0) {
      return this.#changeBytes(images, first * 4, last * 4, to);
    }
    const { words } = this.#bytes;
    const shift = to / 4 - first;
    let different = 0;
    for (let word = first; word < last; word++) {
      const change = recorded[word] ^ device[word];
      words[shift + word] = change;
      recorded[word] = device[word];
      different += bytesIn(change);
    }
    return different;
  }

  /** The bytes of a range change, or some of them, or none. @returns how many */
  #change(images: Images, start: number, end: number): number {
    const { recorded, device } = images;
    let at = start;
    while (at < end && recorded[at] === device[at]) {
      at++;
    }
    return at === end ? 0 : this.#changeBytes(images, start, end, this.#begin(images, start, end));
  }

  /** @param to where the change goes; undefined for a full recording, which only follows the device */
  #changeBytes({ recorded, device }: Images, start: number, end: number, to: number | undefined): number {
    const { bytes } = this.#bytes;
    let different = 0;
    for (let at = start; at < end; at++) {
      const change = recorded[at] ^ device[at];
      if (to !== undefined) {
        bytes[to + at - start] = change;
      }
      recorded[at] = device[at];
      different += change === 0 ? 0 : 1;
    }
    return different;
  }

  /** A change of these bytes is recorded. @returns the place of its bytes; undefined where the recording is full */
  #begin({ event, surface }: Images, start: number, end: number): number | undefined {
    this.isFull ||= this.#bytes.length + end - start > this.#most;
    if (this.isFull) {
      return undefined;
    }
    this.#changes.push(event);
    this.#changes.push(surface);
    this.#changes.push(start);
    this.#changes.push(end - start);
    return this.#bytes.grow(end - start);
  }
}

/** Undefined for an image of the device that does not begin at a word. */
function wordsOf(recorded: Uint8Array, device: Uint8Array): Words | undefined {
  const words = Math.floor(recorded.length / 4);
  return device.byteOffset % 4 === 0
    ? {
        recorded: new Uint32Array(recorded.buffer, 0, words),
        device: new Uint32Array(device.buffer, device.byteOffset, words),
      }
    : undefined;
}

/** The first word from `start` on that differs; `end` for none. */
function firstDifferent({ recorded, device }: Words, start: number, end: number): number {
  let word = start;
  for (; word + STRIDE <= end; word += STRIDE) {
    const change =
      (recorded[word] ^ device[word]) |
      (recorded[word + 1] ^ device[word + 1]) |
      (recorded[word + 2] ^ device[word + 2]) |
      (recorded[word + 3] ^ device[word + 3]);
    if (change !== 0) {
      break;
    }
  }
  while (word < end && recorded[word] === device[word]) {
    word++;
  }
  return word;
}

/** The end of a change that begins at a word: behind its last word before a longer run of equal ones. */
function lastDifferent({ recorded, device }: Words, start: number, end: number): number {
  let last = start + 1;
  for (let word = last; word < end && word - last <= GAP_WORDS; word++) {
    if (recorded[word] !== device[word]) {
      last = word + 1;
    }
  }
  return last;
}

/** How many bytes of a word are not 0. */
function bytesIn(word: number): number {
  const tops = (((word & 0x7f7f_7f7f) + 0x7f7f_7f7f) | word) & 0x8080_8080;
  return Math.imul(tops >>> 7, 0x0101_0101) >>> 24;
}

interface BoxOf {
  readonly subresource: number;
  readonly box: SurfaceBox;
}
