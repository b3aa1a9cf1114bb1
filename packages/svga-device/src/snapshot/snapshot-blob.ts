/** Pages of zeros are left out of a blob: most of a fresh image, of VRAM and of a COTable is zeros. */
const PAGE_BYTES = 4096;

/** A run of bytes in a snapshot. */
export interface StoredRun {
  readonly offset: number;
  readonly bytes: number;
}

function isZero(words: Uint32Array, first: number, end: number): boolean {
  for (let i = first; i < end; i++) {
    if (words[i] !== 0) {
      return false;
    }
  }
  return true;
}

/** The runs of a blob that are not pages of zeros. A tail of fewer than four bytes counts as nonzero. */
export function storedRuns(blob: Uint8Array): StoredRun[] {
  const words = new Uint32Array(blob.buffer, blob.byteOffset, Math.floor(blob.length / 4));
  const runs: StoredRun[] = [];
  let start = -1;
  for (let at = 0; at < blob.length; at += PAGE_BYTES) {
    const end = Math.min(at + PAGE_BYTES, blob.length);
    const skip = end % 4 === 0 && isZero(words, at / 4, end / 4);
    if (skip && start >= 0) {
      runs.push({ offset: start, bytes: at - start });
      start = -1;
    } else if (!skip && start < 0) {
      start = at;
    }
  }
  if (start >= 0) {
    runs.push({ offset: start, bytes: blob.length - start });
  }
  return runs;
}

/** Bytes in a snapshot, stored without most zeros. It allocates nothing until it is copied. */
export class SnapshotBlob {
  constructor(
    readonly length: number,
    private readonly runs: readonly { readonly offset: number; readonly bytes: Uint8Array }[],
  ) {}

  /** Copies it over zeros. */
  copyTo(target: Uint8Array): void {
    for (const { offset, bytes } of this.runs) {
      target.set(bytes, offset);
    }
  }

  /** Copies it to a new array. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.length);
    this.copyTo(bytes);
    return bytes;
  }
}
