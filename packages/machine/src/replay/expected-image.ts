import type { BoxRows } from '@cg/surface-layout';
import { forEachRow } from '../watch/runs.js';
import type { Pattern } from './pattern.js';

/** The content that a surface must have, as plain bytes, and the number of wrong bytes seen. */
export class ExpectedImage {
  readonly bytes: Uint8Array;
  wrongBytes = 0;

  constructor(surfaceBytes: number) {
    this.bytes = new Uint8Array(surfaceBytes);
  }

  /** The CPU stores bytes. @returns the number of bytes that changed */
  store(offset: number, stored: Uint8Array): number {
    const { bytes } = this;
    let changed = 0;
    for (let i = 0; i < stored.length; i++) {
      if (bytes[offset + i] !== stored[i]) {
        changed++;
      }
    }
    bytes.set(stored, offset);
    return changed;
  }

  /** The device copies the rows of a box from another surface of the same layout, which has the pattern. */
  copyRows(rows: BoxRows, pattern: Pattern): void {
    forEachRow(rows, (offset, length) => pattern.fill(this.bytes.subarray(offset, offset + length), offset));
  }

  /** Compares the device's bytes with the expected ones. A missing image is wrong in every byte. */
  compare(seen: Uint8Array | undefined): void {
    this.wrongBytes += seen === undefined ? this.bytes.length : differentBytes(seen, this.bytes);
  }

  /** Compares bytes that a CPU loaded from `offset` on. */
  comparePart(seen: Uint8Array, offset: number): void {
    this.wrongBytes += differentBytes(seen, this.bytes.subarray(offset, offset + seen.length));
  }
}

/** The number of bytes that differ; a difference in length counts too. */
export function differentBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  let different = Math.abs(a.length - b.length);
  // Whole frames are compared: a word at a time, and bytes only where words differ.
  const aligned = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0;
  const words = aligned ? Math.floor(length / 4) : 0;
  const aWords = new Uint32Array(a.buffer, aligned ? a.byteOffset : 0, words);
  const bWords = new Uint32Array(b.buffer, aligned ? b.byteOffset : 0, words);
  for (let word = 0; word < words; word++) {
    if (aWords[word] !== bWords[word]) {
      different += differentInRange(a, b, word * 4, word * 4 + 4);
    }
  }
  return different + differentInRange(a, b, words * 4, length);
}

function differentInRange(a: Uint8Array, b: Uint8Array, start: number, end: number): number {
  let different = 0;
  for (let i = start; i < end; i++) {
    if (a[i] !== b[i]) {
      different++;
    }
  }
  return different;
}
