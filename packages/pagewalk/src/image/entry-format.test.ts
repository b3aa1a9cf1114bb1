import { describe, expect, it } from 'vitest';
import { EntryFormat } from './entry-format.js';

const TABLE = 0x7;
const PS = 0x80;

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
    expect(high.isReserved(0x1000 + TABLE, 0x8001, 2)).toBe(false);
    expect(high.tableOfCr3((1n << 47n) + 0x5000n)).toBe(0x5000);
    const low = new EntryFormat({ mode: '4-level', encryptionBit: 31 });
    expect(low.target(0x80001000 + TABLE, 1, 1)).toBe(0x1_0000_1000);
  });

  it('address bits from the physical width on are reserved', () => {
    const format = new EntryFormat({ mode: '4-level', physicalBits: 39 });
    expect(format.isReserved(TABLE, 0x7f, 1)).toBe(false);
    expect(format.isReserved(TABLE, 0x80, 1)).toBe(true);
    expect(new EntryFormat({ mode: '4-level' }).isReserved(TABLE, 0xfffff, 1)).toBe(false);
    // Bits 52 to 62 are available in long mode, and reserved in PAE.
    expect(format.isReserved(TABLE, 0x7ff00000, 2)).toBe(false);
    expect(new EntryFormat({ mode: 'pae' }).isReserved(TABLE, 0x00100000, 2)).toBe(true);
  });

  it('PSE-36: as many address bits as the width has, at most 40; bit 21 is reserved', () => {
    const all = new EntryFormat({ mode: '32-bit-pse' });
    expect(all.target(0xffdfe000 + PS + TABLE, 0, 2)).toBe(0xff_ffc0_0000);
    expect(all.isReserved(0xffdfe000 + PS + TABLE, 0, 2)).toBe(false);
    expect(all.isReserved(0x00200000 + PS + TABLE, 0, 2)).toBe(true);
    const narrow = new EntryFormat({ mode: '32-bit-pse', physicalBits: 36 });
    expect(narrow.isReserved(0x0001e000 + PS + TABLE, 0, 2)).toBe(false);
    expect(narrow.isReserved(0x00020000 + PS + TABLE, 0, 2)).toBe(true);
  });

  it('without PSE, bit 7 of a directory entry says nothing', () => {
    const format = new EntryFormat({ mode: '32-bit' });
    expect(format.isLeaf(0x5000 + PS + TABLE, 2)).toBe(false);
    expect(format.target(0x5000 + PS + TABLE, 0, 2)).toBe(0x5000);
    expect(format.isReserved(0x003ff000 + PS + TABLE, 0, 2)).toBe(false);
  });

  it('the four top entries of PAE narrow nothing, and have reserved bits of their own', () => {
    const format = new EntryFormat({ mode: 'pae' });
    expect(format.narrowed(7, 0x5001, 0, 3)).toBe(7);
    expect(format.isReserved(0x5001, 0, 3)).toBe(false);
    expect(format.isReserved(0x5003, 0, 3)).toBe(true);
    expect(format.isReserved(0x5001, 2 ** 31, 3)).toBe(true);
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
    expect(format.isReserved(0x1da4021, 0, 3)).toBe(false);
    expect([1, 2, 6, 7, 8].map((bit) => format.isReserved(1 | (1 << bit), 0, 3))).toEqual(
      Array(5).fill(true),
    );
  });
});
