import { describe, expect, it } from 'vitest';
import { guestFile, guestImage } from './guest-image.fixture.js';
import { compareWithTlb } from './info-tlb.fixture.js';
import { modeOfCpu, type PagingMode } from './paging.js';

// Dumps of our own guests by QEMU 7.2, with its monitor's lists of their tables (packages/memory-image/test/guests).

/** QEMU's lines, and how many of them are in damaged tables or self-maps. */
interface Expected {
  readonly mode: PagingMode;
  readonly lines: number;
  readonly passedOver: number;
}

const GUESTS: Readonly<Record<string, Expected>> = {
  level4: { mode: '4-level', lines: 1868, passedOver: 681 },
  keys: { mode: '4-level', lines: 1868, passedOver: 681 },
  level5: { mode: '5-level', lines: 5902, passedOver: 2044 },
  pae: { mode: 'pae', lines: 853, passedOver: 15 },
  bits32: { mode: '32-bit', lines: 563, passedOver: 12 },
  pse: { mode: '32-bit-pse', lines: 301, passedOver: 16 },
};

describe.each(Object.entries(GUESTS))('the guest %s', async (guest, { mode, lines, passedOver }) => {
  const image = await guestImage(`${guest}.elf`);
  const cr3 = image.cpus[0].cr3;

  it('its registers select the mode', () => {
    // QEMU's record has no EFER: 32-bit code with CR4.PAE may run in long mode.
    const possible = mode === 'pae' ? ['4-level', 'pae'] : [mode];
    expect(modeOfCpu(image.cpus[0])).toEqual({ mode: possible.length === 1 ? mode : undefined, possible });
  });

  it('has the pages that QEMU lists, with the properties of their leaf entries', () => {
    const infoTlb = new TextDecoder().decode(guestFile(`${guest}.tlb.txt`));
    const comparison = compareWithTlb(image, cr3, mode, infoTlb);
    expect(comparison).toEqual({ lines, compared: lines - passedOver, differences: [] });
  });
});
