import { PAGE_DIRTY, PAGE_PRESENT } from '@cg/pagetable';

/** The dirty entries of a run, besides their bits in the bitmap; indices count from the run's first. */
export class CleanedRun {
  /** Number of dirty entries. */
  changed = 0;
  /** The first dirty entry, and one past the last; meaningless if `changed` is 0. */
  first = 0;
  end = 0;
}

/**
 * Cleans a run of entries in one table, and sets the bits of those that were present and dirty. An entry is read and
 * written with no step of another CPU in between, so no dirty bit set by hardware is lost (rule 2.3).
 *
 * A word of the bitmap is made from its 32 entries; the first and the last may have fewer.
 * @param entry word index of the first entry
 * @param firstBit the bit of the first entry in `bits`
 * @param run receives the result
 */
export function cleanEntries(
  u32: Uint32Array,
  entry: number,
  count: number,
  bits: Uint32Array,
  firstBit: number,
  run: CleanedRun,
): void {
  // Keep these integers for the compiler: a divided count, or a -0, would make the following arithmetic
  // floating-point.
  const end = count | 0;
  const inWord = firstBit & 31;
  let index = firstBit >>> 5;
  let at = 0;
  run.changed = 0;
  if (inWord !== 0) {
    at = Math.min(32 - inWord, end);
    record(cleanPart(u32, entry, at) << inWord, -inWord, bits, index, run);
    index++;
  }
  for (; at + 32 <= end; at += 32, index++) {
    const found = cleanWord(u32, entry + at * 2);
    if (found !== 0) {
      record(found, at, bits, index, run);
    }
  }
  if (at < end) {
    record(cleanPart(u32, entry + at * 2, end - at), at, bits, index, run);
  }
}

/** Records a word whose bit 0 is entry `at` of the run. */
function record(found: number, at: number, bits: Uint32Array, index: number, run: CleanedRun): void {
  if (found === 0) {
    return;
  }
  bits[index] |= found;
  if (run.changed === 0) {
    run.first = at + 31 - Math.clz32(found & -found);
  }
  run.changed += found === -1 ? 32 : bitsIn(found);
  run.end = at + 32 - Math.clz32(found);
}

/** Cleans fewer than 32 entries, one at a time. Bit 0 of the result is the first one's. */
function cleanPart(u32: Uint32Array, entry: number, count: number): number {
  const both = PAGE_PRESENT | PAGE_DIRTY;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const low = u32[entry + i * 2];
    if ((low & both) === both) {
      u32[entry + i * 2] = low & ~PAGE_DIRTY;
      found |= 1 << i;
    }
  }
  return found;
}

/**
 * Cleans 32 entries, eight at a time without a branch per entry; bit 0 of the result is the first one's. `low & (low
 * << 6)` has bit 6 set where the entry is both present (bit 0) and dirty (bit 6); shifted by 18 and more, these
 * become bits 24 to 31. In a group with a dirty entry the others are written back unchanged.
 */
function cleanWord(u32: Uint32Array, entry: number): number {
  // PAGE_DIRTY and PAGE_PRESENT: the compiler does not treat an imported value as constant, and spends a register on
  // it.
  const dirty = 0x040;
  const both = 0x041;
  const keep = ~dirty;
  let found = 0;
  for (let word = entry; word < entry + 64; word += 16) {
    found >>>= 8;
    const a = u32[word];
    const b = u32[word + 2];
    const c = u32[word + 4];
    const d = u32[word + 6];
    const e = u32[word + 8];
    const f = u32[word + 10];
    const g = u32[word + 12];
    const h = u32[word + 14];
    if (((a | b | c | d | e | f | g | h) & dirty) === 0) {
      continue;
    }
    if ((a & b & c & d & e & f & g & h & both) === both) {
      u32[word] = a & keep;
      u32[word + 2] = b & keep;
      u32[word + 4] = c & keep;
      u32[word + 6] = d & keep;
      u32[word + 8] = e & keep;
      u32[word + 10] = f & keep;
      u32[word + 12] = g & keep;
      u32[word + 14] = h & keep;
      found |= 0xff000000;
      continue;
    }
    for (let i = 0, at = word; i < 8; i++, at += 2) {
      const low = u32[at];
      const hit = low & (low << 6) & dirty;
      u32[at] = low ^ hit;
      found |= hit << (18 + i);
    }
  }
  return found;
}

/** The number of set bits of a word. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
