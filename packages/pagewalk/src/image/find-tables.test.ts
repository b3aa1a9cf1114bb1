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

  it('finds nothing in text, and reports how far it has come', () => {
    const image = kernelImage();
    image.bytes.fill(0, 0, 0x40000);
    const seen: number[] = [];
    expect(findTopTables(image, PAGING_MODES, { progress: (physical) => seen.push(physical) })).toEqual([]);
    expect(seen).toEqual([0]);
  });

  it('finds the five-level table of a guest in its dump', async () => {
    const found = findTopTables(await guestImage('level5.elf'), ['5-level']);
    expect(found.map(({ table }) => table)).toContain(0x120000);
  });
});
