import { forEachRun } from '@cg/machine';
import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { GrowableBytes, GrowableU32 } from './growable.js';

/** Words that are the same between two changes, and recorded with them: a change of its own costs four numbers. */
const GAP_WORDS = 4;

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
  record(event: number, surface: number, layout: SurfaceLayout, now: Uint8Array, at?: BoxOf): number {
    const image = (this.#images[surface] ??= new Uint8Array(layout.bytes));
    if (at === undefined) {
      return this.#compare(event, surface, image, now, 0, layout.bytes);
    }
    let different = 0;
    forEachRun(layout, at.subresource, at.box, (offset, bytes) => {
      different += this.#compare(event, surface, image, now, offset, offset + bytes);
    });
    return different;
  }

  view(): { changes: Uint32Array<ArrayBuffer>; changedBytes: Uint8Array<ArrayBuffer> } {
    return { changes: this.#changes.view(), changedBytes: this.#bytes.view() };
  }

  #compare(
    event: number,
    surface: number,
    image: Uint8Array,
    now: Uint8Array,
    start: number,
    end: number,
  ): number {
    const first = Math.ceil(start / 4);
    const last = Math.floor(end / 4);
    if (now.byteOffset % 4 !== 0 || first >= last) {
      return this.#change(event, surface, image, now, start, end);
    }
    let different = 0;
    const words = Math.floor(image.length / 4);
    const ours = new Uint32Array(image.buffer, 0, words);
    const theirs = new Uint32Array(now.buffer, now.byteOffset, words);
    if (start < first * 4) {
      different += this.#change(event, surface, image, now, start, first * 4);
    }
    for (let word = first; word < last; word++) {
      if (ours[word] === theirs[word]) {
        continue;
      }
      let stop = word + 1;
      for (let same = 0; same <= GAP_WORDS && stop + same < last;) {
        if (ours[stop + same] === theirs[stop + same]) {
          same++;
        } else {
          stop += same + 1;
          same = 0;
        }
      }
      different += this.#change(event, surface, image, now, word * 4, stop * 4);
      word = stop;
    }
    if (last * 4 < end) {
      different += this.#change(event, surface, image, now, last * 4, end);
    }
    return different;
  }

  /** The bytes of a range change, or some of them. @returns how many */
  #change(
    event: number,
    surface: number,
    image: Uint8Array,
    now: Uint8Array,
    start: number,
    end: number,
  ): number {
    let different = 0;
    for (let at = start; at < end; at++) {
      different += image[at] === now[at] ? 0 : 1;
    }
    if (different === 0) {
      return 0;
    }
    this.isFull ||= this.#bytes.length + end - start > this.#most;
    if (!this.isFull) {
      const to = this.#bytes.grow(end - start) - start;
      const { bytes } = this.#bytes;
      for (let at = start; at < end; at++) {
        bytes[to + at] = image[at] ^ now[at];
        image[at] = now[at];
      }
      this.#changes.push(event);
      this.#changes.push(surface);
      this.#changes.push(start);
      this.#changes.push(end - start);
    } else {
      image.set(now.subarray(start, end), start);
    }
    return different;
  }
}

interface BoxOf {
  readonly subresource: number;
  readonly box: SurfaceBox;
}
