import type { MappedRange, TableDamage } from '@cg/pagewalk/image';
import { describe, expect, it } from 'vitest';
import { VirtualAddresses } from './virtual-address.js';
import { WALK_HEADING, WalkText } from './walk-text.js';

const TOP = { start: 2 ** 57 - 4096, end: 2 ** 57 };
const text = new WalkText(new VirtualAddresses(57), '5-level');

const page: MappedRange = {
  kind: 'mapped',
  ...TOP,
  physical: 2 ** 52 - 4096,
  pageSize: 4096,
  writable: true,
  executable: true,
  user: true,
  global: true,
  accessed: true,
  dirty: true,
  writeThrough: false,
  cacheDisabled: false,
  pat: false,
  protectionKey: 0,
  device: false,
};

function widest(lines: string): number {
  return Math.max(...lines.split('\n').map((line) => line.length));
}

describe('WalkText', () => {
  it('notes follow the address; those that do not fit into 100 columns have a line of their own', () => {
    const some = text.range({ ...page, device: true, writeThrough: true, cacheDisabled: true });
    expect(some).toMatch(/^0xf{13}000-0x10{16} +4 KiB {2}4 KiB {2}rwxugad {2}0xf{10}000 {2}device PWT PCD$/);
    const notes = { device: true, writeThrough: true, cacheDisabled: true, pat: true, protectionKey: 15 };
    const all = text.range({ ...page, ...notes });
    expect(all).toMatch(/0xf{10}000\n +device PWT PCD PAT key 15$/);
    expect(widest(`${WALK_HEADING}\n${some}\n${all}`)).toBe(100);
  });

  it('damage has two lines, within 100 columns', () => {
    const damage: TableDamage = {
      kind: 'damage',
      fault: 'loop',
      ...TOP,
      level: 5,
      entry: 2 ** 52 - 4096,
      entries: 512,
      low: 0xffffffff,
      high: 0xffffffff,
      target: 2 ** 52 - 4096,
    };
    const lines = text.damage(damage);
    expect(lines).toMatch(/^0xf{13}000-0x10{16}: PML5E at 0xf{10}000 \(level 5\), and the 511 behind it\n/);
    expect(lines).toMatch(/\n {2}0xf{16} points back at the table at 0xf{10}000, which is being walked$/);
    expect(widest(lines)).toBeLessThanOrEqual(100);
  });
});

describe('VirtualAddresses', () => {
  it('writes pages of both halves with all digits, neighbours and far ones, in each mode', () => {
    for (const bits of [32, 48, 57] as const) {
      const addresses = new VirtualAddresses(bits);
      const samples = [0, 4096, 2 ** 20 - 4096, 2 ** 20, 2 ** 31, 2 ** 32 - 4096];
      const higher = bits === 32 ? [] : [2 ** 32, 2 ** (bits - 1) - 4096, 2 ** (bits - 1), 2 ** bits - 4096];
      for (const address of [...samples, ...higher, 0]) {
        const extended = BigInt.asUintN(bits === 32 ? 32 : 64, BigInt.asIntN(bits, BigInt(address)));
        const digits = extended.toString(16).padStart(bits === 32 ? 8 : 16, '0');
        expect(addresses.text(address)).toBe(`0x${digits}`);
      }
    }
  });
});
