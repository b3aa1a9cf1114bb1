import { describe, expect, it } from 'vitest';
import { findTopTables } from './find-tables.js';
import { guestImage } from './guest-image.fixture.js';
import { HUGE, PRESENT, TestImage, USER, WRITE } from './image.fixture.js';
import { PAGING_MODES } from './paging.js';

const TABLE = PRESENT | WRITE | USER;

/** Two processes with a kernel in the upper half, and pages of text beside them. */
function kernelImage(): TestImage {
  const image = new TestImage(256);
  for (let i = 0; i < image.bytes.length; i++) {
    image.bytes[i] = i > 0x40000 ? 32 + ((i * 7919) % 90) : 0;
  }
  for (const top of [1, 5]) {
    image.set(top, 0, top + 1, TABLE);
    image.set(top + 1, 0, top + 2, TABLE);
    image.set(top + 2, 0, top + 3, TABLE);
    for (let page = 0; page < 40; page++) {
      image.set(top + 3, page, 64 + top * 8 + page, TABLE);
    }
    image.set(top, 256, 10, PRESENT | WRITE);
  }
  image.set(10, 0, 11, PRESENT | WRITE);
  image.set(11, 0, 0, PRESENT | WRITE | HUGE);
  return image;
}

describe('findTopTables', () => {
  it('puts the top tables of processes first: what is below them makes sense, and they share a kernel', () => {
    const found = findTopTables(kernelImage(), ['4-level']);
    expect(found.slice(0, 2)).toMatchObject([
      { table: 0x1000, mode: '4-level', entries: 2, sameUpperHalf: 1 },
      { table: 0x5000, mode: '4-level', entries: 2, sameUpperHalf: 1 },
    ]);
  });

  it('the order of the pages in memory changes nothing: more candidates than are kept, the best last', () => {
    // A page of PAE top entries that map nothing but noise, over and over, before the two that are sound.
    const image = new TestImage(320);
    const junk = new Uint32Array(image.bytes.buffer, 0, 280 * 1024);
    for (let at = 0; at < junk.length; at += 8) {
      junk.set([0x1, 0, 0, 0, 0, 0, 0, 0], at);
    }
    const moved = (page: number) => page + 280;
    for (const top of [1, 5]) {
      image.set(moved(top), 0, moved(top + 1), TABLE);
      image.set(moved(top), 256, moved(10), PRESENT | WRITE);
      image.set(moved(top + 1), 0, moved(top + 2), TABLE);
      image.set(moved(top + 2), 0, moved(top + 3), TABLE);
      image.set(moved(top + 3), 0, moved(30), TABLE);
    }
    image.set(moved(10), 0, moved(11), PRESENT | WRITE);
    image.set(moved(11), 0, moved(12), PRESENT | WRITE);
    image.set(moved(12), 0, moved(30), PRESENT | WRITE);
    const found = findTopTables(image, ['4-level', 'pae']);
    expect(found[0]).toMatchObject({ table: moved(1) * 4096, mode: '4-level', sameUpperHalf: 1 });
  });

  it('an empty upper half is not shared', () => {
    const image = new TestImage(64);
    for (const top of [1, 5, 9]) {
      [0, 1, 2].forEach((level) => image.set(top + level, 0, top + level + 1, TABLE));
      image.set(top + 3, 0, 40, TABLE);
    }
    const found = findTopTables(image, ['4-level']);
    expect(found.filter(({ table }) => [0x1000, 0x5000, 0x9000].includes(table))).toHaveLength(3);
    expect(found.map(({ sameUpperHalf }) => sameUpperHalf)).toEqual(found.map(() => 0));
  });

  it('finds nothing in text, and reports how far it has come', () => {
    const image = kernelImage();
    image.bytes.fill(0, 0, 0x40000);
    const seen: number[] = [];
    expect(findTopTables(image, PAGING_MODES, { progress: (physical) => seen.push(physical) })).toEqual([]);
    expect(seen).toEqual([0]);
  });

  it.for([
    ['level4', '4-level', 0x110000],
    ['keys', '4-level', 0x110000],
    ['pae', 'pae', 0x110020],
    ['bits32', '32-bit', 0x110000],
    ['pse', '32-bit-pse', 0x110000],
  ] as const)(
    'the top table of guest %s, with entries that are reserved or point outside, is before what is none',
    async ([guest, mode, table]) => {
      const found = findTopTables(await guestImage(`${guest}.elf`), PAGING_MODES);
      const own = found.findIndex((candidate) => candidate.mode === mode && candidate.table === table);
      expect(own).toBeGreaterThanOrEqual(0);
      // Without entries of 4 MiB, or with few, both 32-bit modes are plausible.
      expect(found.slice(0, own).filter((before) => before.table !== table)).toEqual([]);
    },
  );

  it('of a guest with five levels, its top table and the one of four levels below it come first', async () => {
    const found = findTopTables(await guestImage('level5.elf'), PAGING_MODES);
    expect(new Set(found.slice(0, 2).map(({ mode, table }) => `${mode} at 0x${table.toString(16)}`))).toEqual(
      new Set(['5-level at 0x120000', '4-level at 0x110000']),
    );
  });

  it('a page of 64-bit entries below 4 GiB is no directory of 32-bit ones, each second of them empty', () => {
    const found = findTopTables(kernelImage(), PAGING_MODES);
    const pages = new Set([0x1000, 0x4000, 0x5000, 0x8000]);
    expect(found.filter(({ table, mode }) => pages.has(table) && mode.startsWith('32-bit'))).toEqual([]);
  });

  it('one sound entry says less than fifty', () => {
    const image = kernelImage();
    for (let level = 20; level < 24; level++) {
      image.set(level, 0, level + 1, TABLE);
    }
    const tables = findTopTables(image, ['4-level']).map(({ table }) => table);
    expect(tables.slice(0, 2)).toEqual([0x1000, 0x5000]);
    expect(tables).toContain(20 * 4096);
  });
});
