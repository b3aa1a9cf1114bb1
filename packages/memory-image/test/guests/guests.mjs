/**
 * The guests: what each writes into its tables, and what it touches afterwards. Every guest maps its first
 * MiB to itself, which is where its code runs, and then one of each kind of entry that its mode has.
 */

export const P = 1;
export const W = 2;
const U = 4;
const PWT = 8;
const PCD = 16;
const A = 32;
const D = 64;
export const PS = 128;
const PAT = 128;
const G = 256;
const PAT_LARGE = 4096;
const NX = 2 ** 31;
const TABLE = P | W | U;

const CR0_PAGING = 0x80010001;
const PAE = 0x20;
const PSE = 0x10;
const PGE = 0x80;
const LA57 = 0x1000;
const PKE = 0x400000;
const LME_NXE = 0x900;
const NXE = 0x800;

/** The words that a guest writes. */
export class Memory {
  words = [];
  /** A 64-bit entry: `target` is a physical address. */
  set(table, index, target, bits, high = 0) {
    const at = table + index * 8;
    this.words.push([at, (target % 2 ** 32) + bits], [at + 4, Math.floor(target / 2 ** 32) + high]);
  }
  /** A 32-bit entry. */
  set32(table, index, value) {
    this.words.push([table + index * 4, value]);
  }
}

/** The first MiB to itself, and behind it one small page of each kind. */
function smallPages64(memory, table) {
  for (let page = 0; page < 256; page++) {
    memory.set(table, page, page * 4096, P | W);
  }
  const kinds = [
    [P],
    [P | U],
    [P | W | U],
    [P | W, NX],
    [P | PCD],
    [P | PWT | PCD | PAT],
    [P | G],
    [P | W | A | D],
    [P | U, 5 * 2 ** 27],
    [P | W | 0xe00, 0x7ff * 2 ** 20],
    [P | W],
    [P | W],
  ];
  kinds.forEach(([bits, high], i) => memory.set(table, 256 + i, 0x80000 + i * 4096, bits, high));
  // Not present, but not empty: what a kernel keeps of a page that is swapped out.
  memory.set(table, 300, 0x123000, 0x842);
  // Beyond the memory: cached, and uncached as a device's registers are.
  memory.set(table, 301, 0x40000000, P | W);
  memory.set(table, 302, 0xfee00000, P | W | PCD);
  // The same page twice, and adjacent pages backwards.
  memory.set(table, 310, 0x90000, P | W);
  memory.set(table, 311, 0x90000, P | W);
  memory.set(table, 320, 0x92000, P);
  memory.set(table, 321, 0x91000, P);
}

/** A directory of 2 MiB pages of each kind, and tables that show up again. */
function directory64(memory, directory, table, shared) {
  memory.set(directory, 0, table, TABLE);
  memory.set(directory, 1, 0x200000, P | W | PS);
  memory.set(directory, 2, 0x400000, P | U | PS | G);
  memory.set(directory, 3, 0x600000, P | W | PS | PAT_LARGE, NX);
  memory.set(directory, 4, 0x200000, P | W | PS | A | D);
  // Bit 13 of a large page's entry is reserved.
  memory.set(directory, 5, 0x202000, P | W | PS);
  for (let i = 8; i < 16; i++) {
    memory.set(directory, i, shared, TABLE);
  }
  memory.set(directory, 16, shared, P | U);
  memory.set(shared, 0, 0xa0000, P | W);
  memory.set(shared, 511, 0xb0000, P | W, NX);
}

function fourLevels(memory, top, base) {
  const [low, high, directory, table, shared] = [1, 2, 3, 4, 5].map((i) => base + i * 4096);
  memory.set(top, 0, low, TABLE);
  memory.set(top, 256, high, P | W);
  memory.set(top, 510, top, P | W, NX);
  memory.set(top, 511, high, P);
  // Bit 7 is reserved here.
  memory.set(top, 3, low, TABLE | PS);
  memory.set(top, 5, 0x40000000, TABLE);
  memory.set(low, 0, directory, TABLE);
  memory.set(low, 1, 0, P | W | PS, NX);
  memory.set(low, 2, 0x40000000, P | W | U | PS | G | PAT_LARGE);
  memory.set(low, 511, directory, P | U);
  memory.set(high, 0, directory, P | W);
  memory.set(high, 5, 0x80000000, P | W | PS | PCD, NX);
  directory64(memory, directory, table, shared);
  smallPages64(memory, table);
}

/** Stores into, and loads from, pages that the tables leave clean. */
const TOUCHES = [
  [0x10a000, 1],
  [0x10b000, 0],
  [0x100000, 0],
  [0x200000, 1],
  [0x400123, 0],
];

function level4() {
  const memory = new Memory();
  fourLevels(memory, 0x110000, 0x110000);
  // The kernel's half, through the sign-extended addresses.
  const touches = [...TOUCHES, [0xffff800000000000, 0]];
  return { memory, touches, cr0: CR0_PAGING, cr3: 0x110000, cr4: PAE | PGE, efer: LME_NXE };
}

/** As `level4`, with protection keys, and PWT and PCD set in CR3. */
function keys() {
  const memory = new Memory();
  fourLevels(memory, 0x110000, 0x110000);
  return { memory, touches: TOUCHES, cr0: CR0_PAGING, cr3: 0x110018, cr4: PAE | PGE | PKE, efer: LME_NXE };
}

function level5() {
  const memory = new Memory();
  const top = 0x120000;
  memory.set(top, 0, 0x110000, TABLE);
  memory.set(top, 1, 0x110000, P | U, NX);
  memory.set(top, 256, 0x110000, P | W);
  memory.set(top, 511, 0x121000, TABLE);
  memory.set(0x121000, 511, 0x112000, P | W);
  fourLevels(memory, 0x110000, 0x110000);
  return { memory, touches: TOUCHES, cr0: CR0_PAGING, cr3: top, cr4: PAE | PGE | LA57, efer: LME_NXE };
}

function pae() {
  const memory = new Memory();
  // Four entries, 32 bytes, anywhere below 4 GiB.
  const top = 0x110020;
  memory.set(top, 0, 0x111000, P);
  memory.set(top, 1, 0x112000, P);
  memory.set(top, 3, 0x112000, P);
  directory64(memory, 0x111000, 0x113000, 0x114000);
  smallPages64(memory, 0x113000);
  memory.set(0x112000, 0, 0x2_0000_0000, P | W | PS, NX);
  memory.set(0x112000, 1, 0x113000, P);
  // A page directory that shows itself, as 32-bit Windows has them.
  memory.set(0x112000, 511, 0x112000, P | W);
  return { memory, touches: TOUCHES, cr0: CR0_PAGING, cr3: top, cr4: PAE | PGE, efer: NXE };
}

function smallPages32(memory, table) {
  for (let page = 0; page < 256; page++) {
    memory.set32(table, page, page * 4096 + (P | W));
  }
  const kinds = [
    P,
    P | U,
    P | W | U,
    P | PCD,
    P | PWT | PCD | PAT,
    P | G,
    P | W | A | D,
    P | W | 0xe00,
    P | W,
    P | W,
  ];
  kinds.forEach((bits, i) => memory.set32(table, 256 + i, 0x80000 + i * 4096 + bits));
  memory.set32(table, 300, 0x123842);
  memory.set32(table, 301, 0x40000000 + (P | W));
}

const TOUCHES_32 = [
  [0x108000, 1],
  [0x109000, 0],
  [0x100000, 0],
  [0x400000, 1],
];

function bits32(pse) {
  const memory = new Memory();
  const top = 0x110000;
  memory.set32(top, 0, 0x111000 + TABLE);
  // With PSE a page of 4 MiB; without it a table, and bit 7 says nothing.
  memory.set32(top, 1, 0x400000 + (pse ? P | W | PS : P | W));
  memory.set32(0x400000, 0, 0xa0000 + (P | W));
  memory.set32(top, 2, pse ? 0x400000 + (P | U | PS | G | PAT_LARGE) : 0x111000 + (P | U | PS));
  if (pse) {
    // PSE-36: bits 13 to 20 are bits 32 to 39 of the address.
    memory.set32(top, 3, 0x800000 + 0x4000 + (P | W | PS));
    // Bit 21 is reserved.
    memory.set32(top, 4, 0x600000 + (P | W | PS));
  }
  for (let i = 8; i < 16; i++) {
    memory.set32(top, i, 0x112000 + TABLE);
  }
  memory.set32(0x112000, 0, 0xa0000 + (P | W));
  memory.set32(0x112000, 1023, 0xb0000 + P);
  // The directory shows itself, as 32-bit Windows has it.
  memory.set32(top, 768, top + (P | W));
  smallPages32(memory, 0x111000);
  const cr4 = PGE | (pse ? PSE : 0);
  return { memory, touches: TOUCHES_32, cr0: CR0_PAGING, cr3: top, cr4, efer: 0 };
}

/** Without paging: a dump whose registers say so. */
function unpaged() {
  const memory = new Memory();
  memory.set32(0x110000, 0, 0);
  return { memory, touches: [], cr0: 0x11, cr3: 0, cr4: 0, efer: 0 };
}

export const guests = {
  level4: { ...level4(), infoMem: true },
  keys: { ...keys(), infoMem: true },
  // QEMU 7.2's `info mem` does not end with five levels.
  level5: level5(),
  pae: { ...pae(), infoMem: true },
  bits32: { ...bits32(false), infoMem: true },
  pse: { ...bits32(true), infoMem: true },
  unpaged: unpaged(),
};
