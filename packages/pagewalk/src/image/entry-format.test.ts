import { describe, expect, it } from 'vitest';
import { EntryFormat, NOT_PRESENT, RESERVED, TABLE as IS_TABLE } from './entry-format.js';

const TABLE = 0x7;
const PS = 0x80;

function isReserved(format: EntryFormat, low: number, high: number, level: number): boolean {
  return format.kindOf(low, high, level) === RESERVED;
}

describe('EntryFormat', () => {
  it('CR3 is a register: PCID, PWT, PCD and the LAM bits are no part of the address', () => {
    const format = new EntryFormat({ mode: '4-level' });
    expect(format.tableOfCr3(0x2a0afffn)).toBe(0x2a0a000);
    expect(format.tableOfCr3((3n << 61n) | (1n << 63n) | 0x2a0a018n)).toBe(0x2a0a000);
    expect(new EntryFormat({ mode: 'pae' }).tableOfCr3(0x2a0a3f8n)).toBe(0x2a0a3e0);
    expect(new EntryFormat({ mode: '32-bit-pse' }).tableOfCr3(0x2a0af98n)).toBe(0x2a0a000);
  });

  it('the encryption bit is no part of an address, above and below 4 GiB, and not reserved', () => {
    const high = new EntryFormat({ mode: '4-level', encryptionBit: 47, physicalBits: 43 });
    expect(high.target(0x1000 + TABLE, 0x8001, 2)).toBe(0x1_0000_1000);
    expect(isReserved(high, 0x1000 + TABLE, 0x8001, 2)).toBe(false);
    expect(high.tableOfCr3((1n << 47n) + 0x5000n)).toBe(0x5000);
    const low = new EntryFormat({ mode: '4-level', encryptionBit: 31 });
    expect(low.target(0x80001000 + TABLE, 1, 1)).toBe(0x1_0000_1000);
  });

  it('address bits from the physical width on are reserved', () => {
    const format = new EntryFormat({ mode: '4-level', physicalBits: 39 });
    expect(isReserved(format, TABLE, 0x7f, 1)).toBe(false);
    expect(isReserved(format, TABLE, 0x80, 1)).toBe(true);
    expect(isReserved(new EntryFormat({ mode: '4-level' }), TABLE, 0xfffff, 1)).toBe(false);
    // Bits 52 to 62 are available in long mode, and reserved in PAE.
    expect(isReserved(format, TABLE, 0x7ff00000, 2)).toBe(false);
    expect(isReserved(new EntryFormat({ mode: 'pae' }), TABLE, 0x00100000, 2)).toBe(true);
  });

  it('PSE-36: as many address bits as the width has, at most 40; bit 21 is reserved', () => {
    const all = new EntryFormat({ mode: '32-bit-pse' });
    expect(all.target(0xffdfe000 + PS + TABLE, 0, 2)).toBe(0xff_ffc0_0000);
    expect(isReserved(all, 0xffdfe000 + PS + TABLE, 0, 2)).toBe(false);
    expect(isReserved(all, 0x00200000 + PS + TABLE, 0, 2)).toBe(true);
    const narrow = new EntryFormat({ mode: '32-bit-pse', physicalBits: 36 });
    expect(isReserved(narrow, 0x0001e000 + PS + TABLE, 0, 2)).toBe(false);
    expect(isReserved(narrow, 0x00020000 + PS + TABLE, 0, 2)).toBe(true);
  });

  it('an entry that is not present has no reserved bits', () => {
    expect(new EntryFormat({ mode: 'pae' }).kindOf(0x842, 0x7ff00000, 1)).toBe(NOT_PRESENT);
  });

  it('a run of leaves ends where the frames are not adjacent, a bit differs, or the address carries', () => {
    const format = new EntryFormat({ mode: '4-level' });
    const words = new Uint32Array(1024);
    const set = (index: number, low: number, high = 0) => words.set([low, high], index * 2);
    [0x1007, 0x2007, 0x3007, 0x4047, 0x6047].forEach((low, i) => set(i, low));
    set(8, 0xffffe007, 1);
    set(9, 0xfffff007, 1);
    set(10, 0x00000007, 2);
    expect([0, 3, 4, 8].map((index) => format.endOfRun(words, index, 512, 1))).toEqual([3, 4, 5, 10]);
    expect(format.endOfRun(words, 0, 2, 1)).toBe(2);
    // Frame 0x80000 lies where bit 31 is no address bit: not behind 0x7ffff.
    const encrypted = new EntryFormat({ mode: '4-level', encryptionBit: 31 });
    set(20, 0x7ffff007);
    set(21, 0x80000007);
    expect(encrypted.endOfRun(words, 20, 512, 1)).toBe(21);
  });

  it('without PSE, bit 7 of a directory entry says nothing', () => {
    const format = new EntryFormat({ mode: '32-bit' });
    expect(format.kindOf(0x5000 + PS + TABLE, 0, 2)).toBe(IS_TABLE);
    expect(format.target(0x5000 + PS + TABLE, 0, 2)).toBe(0x5000);
    expect(isReserved(format, 0x003ff000 + PS + TABLE, 0, 2)).toBe(false);
  });

  it('the four top entries of PAE narrow nothing, and have reserved bits of their own', () => {
    const format = new EntryFormat({ mode: 'pae' });
    expect(format.narrowed(7, 0x5001, 0, 3)).toBe(7);
    expect(isReserved(format, 0x5001, 0, 3)).toBe(false);
    expect(isReserved(format, 0x5003, 0, 3)).toBe(true);
    expect(isReserved(format, 0x5001, 2 ** 31, 3)).toBe(true);
  });

  it.each([31, 53, 36.5])('a physical width of %d is refused', (physicalBits) => {
    expect(() => new EntryFormat({ mode: '4-level', physicalBits })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });

  it.each([11, 52])('an encryption bit of %d is refused', (encryptionBit) => {
    expect(() => new EntryFormat({ mode: '4-level', encryptionBit })).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });

  it('bit 5 of a PDPTE in PAE is no fault: QEMU 7.2 sets it in memory as the tables are walked', () => {
    const format = new EntryFormat({ mode: 'pae' });
    expect(isReserved(format, 0x1da4021, 0, 3)).toBe(false);
    expect([1, 2, 6, 7, 8].map((bit) => isReserved(format, 1 | (1 << bit), 0, 3))).toEqual(
      Array(5).fill(true),
    );
  });
});
