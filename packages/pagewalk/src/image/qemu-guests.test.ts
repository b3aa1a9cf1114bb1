import { describe, expect, it } from 'vitest';
import type { ImageFinding, MappedRange } from './findings.js';
import { guestFile, guestImage } from './guest-image.fixture.js';
import { modeOfCpu, type PagingMode } from './paging.js';
import { walkImage } from './walk-image.js';

// Guests of our own, dumped by QEMU 7.2 together with what its monitor says of their tables
// (packages/memory-image/test/guests).

const MODES: Readonly<Record<string, PagingMode>> = {
  level4: '4-level',
  keys: '4-level',
  level5: '5-level',
  pae: 'pae',
  bits32: '32-bit',
  pse: '32-bit-pse',
};

/** A line of `info tlb`: a leaf entry as it is, whatever the entries above it allow. */
interface TlbLine {
  readonly address: number;
  readonly physical: number;
  readonly flags: string;
}

function infoTlb(guest: string, addressBits: number): TlbLine[] {
  const lines = new TextDecoder()
    .decode(guestFile(`${guest}.tlb.txt`))
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [, address, physical, flags] = /^([0-9a-f]{16}): ([0-9a-f]{16}) (\S{9})$/.exec(line) ?? [];
    return {
      address: Number(BigInt.asUintN(addressBits, BigInt(`0x${address}`))),
      // In PAE QEMU prints bit 63 with the address.
      physical: Number(BigInt.asUintN(63, BigInt(`0x${physical}`))),
      flags,
    };
  });
}

/** The walk's findings page by page; shared tables as the pages that they stand for. */
class Pages {
  readonly mapped = new Map<number, { physical: number; range: MappedRange | undefined }>();
  /** Ranges in which QEMU goes on where the walk does not. */
  readonly passedOver: { readonly start: number; readonly end: number }[] = [];

  constructor(findings: readonly ImageFinding[]) {
    for (const finding of findings) {
      switch (finding.kind) {
        case 'mapped':
          for (let at = finding.start; at < finding.end; at += finding.pageSize) {
            this.mapped.set(at, { physical: finding.physical + (at - finding.start), range: finding });
          }
          break;
        case 'shared':
          this.#repeat(finding.start, finding.end, finding.span, finding.sameAs);
          break;
        case 'self-map':
          this.passedOver.push(finding);
          break;
        case 'damage':
          this.#damaged(finding);
          break;
      }
    }
  }

  #repeat(start: number, end: number, span: number, sameAs: number): void {
    const pages = [...this.mapped].filter(([at]) => at >= sameAs && at < sameAs + span);
    const passed = this.passedOver.filter((range) => range.start >= sameAs && range.start < sameAs + span);
    for (let base = start; base < end; base += span) {
      const moved = base - sameAs;
      pages.forEach(([at, page]) => this.mapped.set(at + moved, page));
      passed.forEach((range) => this.passedOver.push({ start: range.start + moved, end: range.end + moved }));
    }
  }

  /** QEMU lists pages whether they are in memory or not, and does not know of reserved bits. */
  #damaged(finding: Extract<ImageFinding, { kind: 'damage' }>): void {
    const isPage = finding.fault === 'outside' && finding.level === 1;
    if (!isPage) {
      this.passedOver.push(finding);
      return;
    }
    for (let at = finding.start; at < finding.end; at += 4096) {
      this.mapped.set(at, { physical: finding.target + (at - finding.start), range: undefined });
    }
  }
}

describe.each(Object.entries(MODES))('a guest in %s, %s', (guest, mode) => {
  const image = guestImage(`${guest}.elf`);
  const cr3 = image.cpus[0].cr3;

  it('its registers select the mode', () => {
    // QEMU's record has no EFER: 32-bit code with CR4.PAE may run in long mode.
    const possible = mode === 'pae' ? ['4-level', 'pae'] : [mode];
    expect(modeOfCpu(image.cpus[0])).toEqual({ mode: possible.length === 1 ? mode : undefined, possible });
  });

  it('has the pages that QEMU lists, with the properties of their leaf entries', () => {
    const addressBits = { '4-level': 48, '5-level': 57 }[mode as string] ?? 32;
    const { mapped, passedOver } = new Pages([...walkImage(image, cr3, { mode })]);
    const isPassedOver = ({ address }: TlbLine) =>
      passedOver.some(({ start, end }) => address >= start && address < end);
    const lines = infoTlb(guest, addressBits);
    const wanted = lines.filter((line) => !isPassedOver(line));
    expect(wanted.length).toBeGreaterThan(250);
    const missing = wanted.filter(({ address, physical }) => mapped.get(address)?.physical !== physical);
    expect(missing).toEqual([]);
    for (const { address, flags } of wanted) {
      const range = mapped.get(address)?.range;
      if (range !== undefined) {
        expect([address, flagsOf(range)]).toEqual([address, flags.replace(/[XUW]/g, '-')]);
        expect(range.writable && !flags.includes('W')).toBe(false);
        expect(range.user && !flags.includes('U')).toBe(false);
        expect(range.executable && flags.startsWith('X')).toBe(false);
      }
    }
    expect(mapped.size).toBe(wanted.length);
  });
});

/** What a range says of its leaf entries, as QEMU's `info tlb` writes it. */
function flagsOf(range: MappedRange): string {
  const flag = (isSet: boolean, letter: string) => (isSet ? letter : '-');
  return [
    '-',
    flag(range.global, 'G'),
    flag(range.pageSize > 4096, 'P'),
    flag(range.dirty, 'D'),
    flag(range.accessed, 'A'),
    flag(range.cacheDisabled, 'C'),
    flag(range.writeThrough, 'T'),
    '-',
    '-',
  ].join('');
}
