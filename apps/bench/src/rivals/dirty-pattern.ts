/** A share of dirty entries: a whole number of ten-thousandths. */
export interface DirtyShare {
  readonly name: string;
  readonly per10000: number;
}

/** The expected result of a clean + record pass. */
export interface Recorded {
  readonly entries: number;
  /** First dirty page; the number of entries if there is none. */
  readonly start: number;
  /** One past the last dirty page; 0 if there is none. */
  readonly end: number;
  /** Of the bitmap's words. */
  readonly checksum: number;
  /** Entries that are still dirty. */
  readonly left: number;
}

/** Which entries are dirty: 1 for each that is. Drawn with xorshift32 as rivals/clean_record.c draws them. */
export function drawDirty(count: number, { per10000 }: DirtyShare): Uint8Array {
  const dirty = new Uint8Array(count);
  let state = 0x9e3779b9;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    dirty[i] = (state >>> 0) % 10_000 < per10000 ? 1 : 0;
  }
  return dirty;
}

/** The record of exactly these entries, computed without page tables. */
export function expectedRecord(dirty: Uint8Array): Recorded {
  const words = new Uint32Array(dirty.length / 32);
  dirty.forEach((bit, i) => {
    words[i >>> 5] |= bit << (i & 31);
  });
  const first = dirty.indexOf(1);
  return {
    entries: dirty.reduce((sum, bit) => sum + bit, 0),
    start: first < 0 ? dirty.length : first,
    end: dirty.lastIndexOf(1) + 1,
    checksum: checksum(words),
    left: 0,
  };
}

/** FNV-1a over whole words: the same in rivals/clean_record.c. */
export function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return hash >>> 0;
}

/** Whether two records are the same in every field. */
export function sameRecord(a: Recorded, b: Recorded): boolean {
  const sameHull = a.start === b.start && a.end === b.end;
  return sameHull && a.entries === b.entries && a.checksum === b.checksum && a.left === b.left;
}
