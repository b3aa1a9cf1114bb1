import { PAGE_DIRTY, PAGE_PRESENT } from '@cg/pagetable';

/** Which entries of a run were dirty, beside their bits in the bitmap: counted from the run's first. */
export class CleanedRun {
  /** How many were dirty. */
  changed = 0;
  /** The first that was, and one past the last; meaningless where `changed` is 0. */
  first = 0;
  end = 0;
}

/**
 * Cleans a run of entries in one table, and sets the bits of those that were present and dirty. An entry is
 * read and written with no step of another CPU in between, so no hardware dirty is lost (rule 2.3).
 *
 * A word of the bitmap is made from the 32 entries it stands for.
 * @param entry word index of the first entry
 * @param firstBit the bit of the first entry in `bits`
 * @param run told what was found
 */
export function cleanEntries(
  u32: Uint32Array,
  entry: number,
  count: number,
  bits: Uint32Array,
  firstBit: number,
  run: CleanedRun,
): void {
  // Integers to the compiler, too: a count that was divided, or a -0, would make all that follows floating.
  const end = count | 0;
  const inWord = firstBit & 31;
  let index = firstBit >>> 5;
  let changed = 0;
  let firstAt = 0;
  let firstFound = 0;
  let lastAt = 0;
  let lastFound = 0;
  // Of the words of `bits`, the first and the last may get fewer than 32 entries.
  for (let at = 0 - inWord; at < end; at += 32, index++) {
    const found =
      at >= 0 && at + 32 <= end
        ? cleanWord(u32, entry + at * 2)
        : cleanPart(u32, entry + at * 2, -at, end - at);
    if (found !== 0) {
      bits[index] |= found;
      changed += found === -1 ? 32 : bitsIn(found);
      if (firstFound === 0) {
        firstAt = at;
        firstFound = found;
      }
      lastAt = at;
      lastFound = found;
    }
  }
  run.changed = changed;
  run.first = firstAt + 31 - Math.clz32(firstFound & -firstFound);
  run.end = lastAt + 32 - Math.clz32(lastFound);
}

/**
 * Cleans the entries `from` to `to`, at most 0 to 32, of the 32 that make a word, one at a time. Bit 0 of the
 * result stands for entry 0, at word index `entry`.
 */
function cleanPart(u32: Uint32Array, entry: number, from: number, to: number): number {
  const both = PAGE_PRESENT | PAGE_DIRTY;
  let found = 0;
  for (let i = Math.max(from, 0); i < Math.min(to, 32); i++) {
    const low = u32[entry + i * 2];
    if ((low & both) === both) {
      u32[entry + i * 2] = low & ~PAGE_DIRTY;
      found |= 1 << i;
    }
  }
  return found;
}

/**
 * Cleans 32 entries, eight at a time with no branch for a single one; bit 0 of the result is the first one's.
 * `low & (low << 6)` has bit 6 set where the entry is both present (bit 0) and dirty (bit 6); from there, 18 and
 * more places up are bits 24 to 31. In a group that has a dirty entry
 * the others are written back as they were read.
 */
function cleanWord(u32: Uint32Array, entry: number): number {
  // Copies: what is imported from another module is loaded and type-checked anew at each use.
  const dirty = PAGE_DIRTY;
  const keep = ~PAGE_DIRTY;
  const both = PAGE_PRESENT | PAGE_DIRTY;
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

/** How many bits of a word are set. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
