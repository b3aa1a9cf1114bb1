/**
 * Runs a guest with random page tables in QEMU, and dumps it with QEMU's list of its pages:
 * `node random-guest.mjs <mode> <seed> <folder>`. The files are dump.raw, dump.elf and tlb.0.txt. Needs `as` and `ld`
 * (binutils) and qemu-system-x86_64.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { P, PS, W, Memory } from './guests.mjs';
import { MEMORY, runGuest } from './run-guest.mjs';

const CR0_PAGING = 0x80010001;
const PAE = 0x20;
const PSE = 0x10;
const LA57 = 0x1000;
const LME_NXE = 0x900;
const NXE = 0x800;
const MODES = {
  '4-level': { levels: 4, bytes: 8, cr4: PAE, efer: LME_NXE },
  '5-level': { levels: 5, bytes: 8, cr4: PAE | LA57, efer: LME_NXE },
  pae: { levels: 3, bytes: 8, cr4: PAE, efer: NXE, isPae: true },
  '32-bit': { levels: 2, bytes: 4, cr4: 0, efer: 0 },
  '32-bit-pse': { levels: 2, bytes: 4, cr4: PSE, efer: 0, hasPse: true },
};
const TABLES = 0x110000;
/** Tables of each level; entries of a leaf table and of any other. */
const PER_LEVEL = 4;
const LEAVES = 100;
const BRANCHES = 3;

/** Numbers from 0 to `below` - 1: xorshift32. */
function generator(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % below;
  };
}

/** Where a table of a level is: the first is on the path to the first MiB. */
function table(level, which) {
  return TABLES + ((level - 1) * (PER_LEVEL + 1) + which) * 4096;
}

/** Tables by level, each with entries that go down a level, or map pages; the first MiB is mapped to itself. */
function randomGuest(mode, seed) {
  const { levels, bytes, cr4, efer, isPae = false, hasPse = false } = MODES[mode];
  const random = generator(seed);
  const memory = new Memory();
  const perTable = 4096 / bytes;
  const set = (at, index, target, bits, high) =>
    bytes === 8 ? memory.set(at, index, target, bits, high) : memory.set32(at, index, target + bits);
  const high = () => (bytes === 8 && random(4) === 0 ? 2 ** 31 : 0);
  const canMapPages = (level) =>
    level === 1 || (level === 2 && (bytes === 8 || hasPse)) || (level === 3 && !isPae);
  for (let level = 1; level <= levels; level++) {
    const isPointers = isPae && level === 3;
    const count = level === levels ? 1 : PER_LEVEL;
    for (let which = 0; which < count; which++) {
      for (let i = 0; i < (level === 1 ? LEAVES : BRANCHES); i++) {
        const index = random(isPointers ? 4 : perTable);
        const isPage = canMapPages(level) && (level === 1 || random(3) === 0);
        if (isPage) {
          const span = 4096 * perTable ** (level - 1);
          // Bits 1 to 6 and 8 are the flags that a leaf has at every level, bit 7 the size, or PAT in a PTE.
          const bits = P | (random(2 ** 9) & 0x17e) | (level > 1 ? PS : random(2) * PS);
          set(at(level, which), index, random(Math.max(1, MEMORY / span)) * span, bits, high());
        } else {
          const below = table(level - 1, 1 + random(PER_LEVEL));
          set(
            at(level, which),
            index,
            below,
            isPointers ? P : P | (random(2 ** 6) & 0x26),
            isPointers ? 0 : high(),
          );
        }
      }
    }
  }
  // Where its code runs: the first table of each level, through entry 0, set last.
  for (let level = levels; level > 1; level--) {
    set(table(level, 0), 0, table(level - 1, 0), isPae && level === 3 ? P : P | W, 0);
  }
  for (let page = 0; page < 256; page++) {
    set(table(1, 0), page, page * 4096, P | W, 0);
  }
  return { memory, touches: [], cr0: CR0_PAGING, cr3: table(levels, 0), cr4, efer };

  /** Of the top level the table that CR3 names, of the others those behind the first. */
  function at(level, which) {
    return table(level, level === levels ? 0 : 1 + which);
  }
}

const [mode, seed, folder] = process.argv.slice(2);
const file = (name) => join(folder, name);
const [tlb] = await runGuest(randomGuest(mode, Number(seed)), folder, [
  'info tlb',
  // Quoted: a slash behind a number would divide it.
  `pmemsave 0 ${MEMORY} "${file('dump.raw')}"`,
  `dump-guest-memory ${file('dump.elf')}`,
]);
writeFileSync(file('tlb.0.txt'), tlb);
