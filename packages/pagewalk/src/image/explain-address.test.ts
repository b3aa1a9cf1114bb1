import { describe, expect, it } from 'vitest';
import { explainAddress, type Translation } from './explain-address.js';
import { guestFile, guestImage } from './guest-image.fixture.js';
import type { PagingMode } from './paging.js';

async function explain(guest: string, mode: PagingMode, address: bigint): Promise<Translation> {
  const image = await guestImage(`${guest}.elf`);
  return explainAddress(image, image.cpus[0].cr3, { mode }, address);
}

describe('explainAddress', () => {
  it('four levels down to a dirty page, with the names of the bits that are set', async () => {
    const { steps, physical, pageSize, fault, held } = await explain('level4', '4-level', 0x10a123n);
    expect(steps.map(({ name, index, entry, target }) => [name, index, entry, target])).toEqual([
      ['PML4E', 0, 0x110000, 0x111000],
      ['PDPTE', 0, 0x111000, 0x113000],
      ['PDE', 0, 0x113000, 0x114000],
      ['PTE', 266, 0x114850, 0x8a000],
    ]);
    expect(steps[3].bits.map(({ name }) => name)).toEqual(['P', 'R/W', 'A', 'D']);
    expect([steps[3].writable, steps[3].user, steps[3].executable]).toEqual([true, false, true]);
    expect([physical, pageSize, fault, held]).toEqual([0x8a123n, 4096, undefined, true]);
  });

  it('five levels, with all 57 bits of an address', async () => {
    const { steps, physical } = await explain('level5', '5-level', 0xff00_0000_0010_8fffn);
    expect(steps.map(({ name }) => name)).toEqual(['PML5E', 'PML4E', 'PDPTE', 'PDE', 'PTE']);
    expect(steps[4].bits).toContainEqual({ bit: 59, name: 'protection key', value: 5 });
    expect(physical).toBe(0x88fffn);
  });

  it('large pages: their offset, their PAT bit, and bits 32 to 39 of PSE-36', async () => {
    expect(await explain('level4', '4-level', 0x7fffffn)).toMatchObject({
      physical: 0x7fffffn,
      pageSize: 2 ** 21,
    });
    const { steps, physical, pageSize, held } = await explain('pse', '32-bit-pse', 0xc12345n);
    expect(steps).toHaveLength(1);
    expect([physical, pageSize, held]).toEqual([0x2_0080_0000n + 0x12345n, 2 ** 22, false]);
  });

  it.each([
    ['not present', 'level4', '4-level', 0x12c000n, 'not-present', 4],
    ['a reserved bit', 'level4', '4-level', 0xa00000n, 'reserved', 3],
    ['a table that is not in the image', 'level4', '4-level', 5n << 39n, 'outside', 1],
    ['not sign-extended', 'level4', '4-level', 1n << 47n, 'non-canonical', 0],
    ['not sign-extended to 57 bits', 'level5', '5-level', 1n << 56n, 'non-canonical', 0],
    ['a directory that is not present', 'pae', 'pae', 0x80000000n, 'not-present', 1],
  ] as const)(
    '%s: says why it faults, and how far it came',
    async (_name, guest, mode, address, fault, levels) => {
      const translation = await explain(guest, mode, address);
      expect(translation).toMatchObject({ fault, physical: undefined, held: false });
      expect(translation.steps).toHaveLength(levels);
    },
  );

  it('names what the hardware reads: no accessed bit in the top of PAE, nothing where not present', async () => {
    const [top] = (await explain('pae', 'pae', 0x10a000n)).steps;
    expect(top.bits.map(({ name }) => name).filter((name) => name !== 'reserved')).toEqual(['P']);
    const { steps } = await explain('level4', '4-level', 0x12c000n);
    const swapped = steps[3];
    expect([swapped.value, swapped.bits]).toEqual([0x123842n, []]);
  });

  it('inside a self-map: the tables are read a level lower each, down to one of them as a page', async () => {
    // Entry 510 of the top table is the self-map: 510 four times over is the top table itself, read as a page.
    const top = await explain('level4', '4-level', 0xffff_ff7f_bfdf_e008n);
    expect(top).toMatchObject({ physical: 0x110008n, pageSize: 4096, fault: undefined });
    expect(top.steps.map(({ name, entry, selfMap }) => [name, entry, selfMap])).toEqual([
      ['PML4E', 0x110ff0, true],
      ['PDPTE', 0x110ff0, true],
      ['PDE', 0x110ff0, true],
      ['PTE', 0x110ff0, false],
    ]);
    // The PTE of 0x10a000, as Windows finds it: its page number times 8, from the start of the self-map.
    const pte = await explain('level4', '4-level', 0xffff_ff00_0000_0000n + (0x10an << 3n));
    expect(pte.physical).toBe(0x114850n);
    expect(pte.steps.map(({ selfMap }) => selfMap)).toEqual([true, false, false, false]);
  });

  it('agrees with info tlb of QEMU in the self-map, page by page', async () => {
    const lines = new TextDecoder().decode(guestFile('level4.tlb.txt')).trimEnd().split('\n');
    const inside = lines
      .map((line) => line.split(/[: ]+/, 2).map((word) => BigInt(`0x${word}`)))
      .filter(([address]) => address >= 0xffff_ff00_0000_0000n && address < 0xffff_ff80_0000_0000n);
    expect(inside.length).toBeGreaterThan(10);
    const image = await guestImage('level4.elf');
    const { cr3 } = image.cpus[0];
    for (const [address, physical] of inside) {
      const translation = explainAddress(image, cr3, { mode: '4-level' }, address);
      // QEMU's list ignores reserved bits.
      const wanted = translation.fault === 'reserved' ? translation.physical : physical;
      expect([address, translation.physical]).toEqual([address, wanted]);
    }
  });

  it('an address that is too large for the mode is refused', async () => {
    await expect(explain('pae', 'pae', 1n << 32n)).rejects.toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    await expect(explain('level4', '4-level', 1n << 64n)).rejects.toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
  });
});
