import type { PhysicalMemory } from '@cg/memory-image';
import type { ImageFinding, MappedRange } from './findings.js';
import type { PagingMode } from './paging.js';
import { walkImage } from './walk-image.js';

/** Comparison of a walk with QEMU's `info tlb` of the same tables. */
export interface TlbComparison {
  /** Lines that QEMU printed. */
  readonly lines: number;
  /** Lines with a page that the walk lists; the others are where it reports damage or a self-map. */
  readonly compared: number;
  /** The differences, one per line. */
  readonly differences: readonly string[];
}

/** A line of `info tlb`: a leaf entry alone, whatever the entries above it allow. */
interface TlbLine {
  readonly address: number;
  readonly physical: number;
  readonly flags: string;
}

const ADDRESS_BITS: Readonly<Record<PagingMode, number>> = {
  '4-level': 48,
  '5-level': 57,
  pae: 32,
  '32-bit': 32,
  '32-bit-pse': 32,
};

/** Walks an image, and compares each page, its frame and its flags with QEMU's lines. */
export function compareWithTlb(
  image: PhysicalMemory,
  cr3: bigint,
  mode: PagingMode,
  infoTlb: string,
): TlbComparison {
  const { mapped, passedOver } = new Pages(walkImage(image, cr3, { mode }));
  const all = infoTlb.trimEnd().split('\n');
  const lines = all.map((line) => parsed(line, ADDRESS_BITS[mode]));
  const isPassedOver = ({ address }: TlbLine) =>
    passedOver.some(({ start, end }) => address >= start && address < end);
  const wanted = lines.filter((line) => !isPassedOver(line));
  const differences = wanted.flatMap((line) => differenceOf(line, mapped.get(line.address)) ?? []);
  const listed = new Set(wanted.map(({ address }) => address));
  const surplus = [...mapped.keys()].filter((address) => !listed.has(address));
  return {
    lines: all.length,
    compared: wanted.length,
    differences: [...differences, ...surplus.map((address) => `0x${address.toString(16)}: not in info tlb`)],
  };
}

function parsed(line: string, addressBits: number): TlbLine {
  const [, address, physical, flags] = /^([0-9a-f]{16}): ([0-9a-f]{16}) (\S{9})$/.exec(line) ?? [];
  return {
    address: Number(BigInt.asUintN(addressBits, BigInt(`0x${address}`))),
    // In PAE QEMU prints bit 63 with the address.
    physical: Number(BigInt.asUintN(63, BigInt(`0x${physical}`))),
    flags,
  };
}

/** QEMU prints the leaf's own permissions: the walk's may be fewer, never more. */
function differenceOf(line: TlbLine, page: Page | undefined): string | undefined {
  const { address, physical, flags } = line;
  const where = `0x${address.toString(16)}: 0x${physical.toString(16)} ${flags}`;
  if (page === undefined) {
    return `${where}, not in the walk`;
  }
  if (page.physical !== physical) {
    return `${where}, 0x${page.physical.toString(16)} in the walk`;
  }
  const { range } = page;
  if (range === undefined) {
    return undefined;
  }
  const exceeds =
    (range.writable && !flags.includes('W')) ||
    (range.user && !flags.includes('U')) ||
    (range.executable && flags.startsWith('X'));
  const same = flagsOf(range) === flags.replace(/[XUW]/g, '-');
  return same && !exceeds ? undefined : `${where}, in the walk ${JSON.stringify(range)}`;
}

function flag(isSet: boolean, letter: string): string {
  return isSet ? letter : '-';
}

/** The flags of a range's leaf entries, as QEMU's `info tlb` writes them. */
function flagsOf(range: MappedRange): string {
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

/** A page of the walk; without `range` one that is not in the image. */
interface Page {
  readonly physical: number;
  readonly range: MappedRange | undefined;
}

/** The walk's findings page by page; shared tables as the pages they repeat. */
class Pages {
  readonly mapped = new Map<number, Page>();
  /** Ranges in which QEMU continues and the walk does not. */
  readonly passedOver: { readonly start: number; readonly end: number }[] = [];

  constructor(findings: Iterable<ImageFinding>) {
    for (const finding of findings) {
      switch (finding.kind) {
        case 'mapped':
          this.#map(finding.start, finding.end, finding.pageSize, finding.physical, finding);
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

  /** A large page that is partly in the image has several ranges, and one line in QEMU's list. */
  #map(start: number, end: number, pageSize: number, physical: number, range: MappedRange | undefined): void {
    for (let at = Math.ceil(start / pageSize) * pageSize; at < end; at += pageSize) {
      this.mapped.set(at, { physical: physical + (at - start), range });
    }
  }

  #repeat(start: number, end: number, span: number, sameAs: number): void {
    const isInside = (at: number) => at >= sameAs && at < sameAs + span;
    const pages = [...this.mapped].filter(([at]) => isInside(at));
    const passed = this.passedOver.filter((range) => isInside(range.start));
    for (let base = start; base < end; base += span) {
      const moved = base - sameAs;
      pages.forEach(([at, page]) => this.mapped.set(at + moved, page));
      passed.forEach((range) => this.passedOver.push({ start: range.start + moved, end: range.end + moved }));
    }
  }

  /** QEMU lists pages whether they are in memory or not, and ignores reserved bits. */
  #damaged(finding: Extract<ImageFinding, { kind: 'damage' }>): void {
    const { fault, level, start, end, target } = finding;
    if (fault === 'outside' && level === 1) {
      this.#map(start, end, 4096, target, undefined);
    } else {
      this.passedOver.push(finding);
    }
  }
}
