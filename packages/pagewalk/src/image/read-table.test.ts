import { MemoryImageError } from '@cg/memory-image';
import { describe, expect, it } from 'vitest';
import { compareImages } from './compare-images.js';
import { explainAddress } from './explain-address.js';
import { findTopTables } from './find-tables.js';
import { PRESENT, TestImage, USER, WRITE } from './image.fixture.js';
import { walkImage } from './walk-image.js';

const TABLE = PRESENT | WRITE | USER;
const MIB2 = 2 ** 21;
const DAMAGED = 6 * 4096;
const CR3 = 0x1000n;
const PAGING = { mode: '4-level' } as const;

/** A file whose page at DAMAGED cannot be decompressed. */
class DamagedImage extends TestImage {
  tries = 0;

  override read(physical: number, into: Uint8Array): boolean {
    if (physical <= DAMAGED && DAMAGED < physical + into.length) {
      this.tries++;
      throw new MemoryImageError('EBADMSG', 'damaged page');
    }
    into.set(this.bytes.subarray(physical, physical + into.length));
    return physical + into.length <= this.end;
  }
}

/** Two entries for the damaged table, then a sound one. */
function filled<Image extends TestImage>(image: Image): Image {
  [1, 2, 3].forEach((table) => image.set(table, 0, table + 1, TABLE));
  image.set(3, 1, 6, TABLE);
  image.set(3, 2, 6, TABLE);
  image.set(3, 3, 5, TABLE);
  [0, 1, 2, 3, 4, 5, 6, 7].forEach((index) => image.set(5, index, 10 + index, PRESENT));
  return image;
}

describe('a table with damaged bytes in the file', () => {
  it('is damage, read once however many entries point at it; the walk continues', () => {
    const image = filled(new DamagedImage(64));
    expect([...walkImage(image, CR3, PAGING)]).toMatchObject([
      { kind: 'damage', fault: 'unreadable', start: MIB2, end: 3 * MIB2, entries: 2, target: DAMAGED },
      { kind: 'mapped', start: 3 * MIB2, physical: 10 * 4096 },
    ]);
    expect(image.tries).toBe(1);
  });

  it('as top table is an error', () => {
    const image = filled(new DamagedImage(64));
    expect(() => [...walkImage(image, BigInt(DAMAGED), PAGING)]).toThrow('damaged page');
    expect(() => explainAddress(image, BigInt(DAMAGED), PAGING, 0n)).toThrow('are damaged');
  });

  it('ends an explanation and a comparison there; a search goes past it', () => {
    const image = filled(new DamagedImage(64));
    const { fault, steps } = explainAddress(image, CR3, PAGING, BigInt(MIB2));
    expect([fault, steps.length]).toEqual(['unreadable', 3]);
    const before = { image: filled(new TestImage(64)), cr3: CR3 };
    expect([...compareImages(before, { image, cr3: CR3 }, PAGING)]).toMatchObject([
      { kind: 'uncompared', reason: 'unreadable', start: MIB2 },
      { kind: 'shared', start: 2 * MIB2 },
    ]);
    expect(findTopTables(image, ['4-level']).map(({ table }) => table)).toContain(0x1000);
  });
});
