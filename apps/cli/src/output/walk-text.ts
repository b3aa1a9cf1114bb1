import {
  ENTRY_NAMES,
  type ImageFinding,
  type MappedRange,
  type PagingMode,
  type TableDamage,
} from '@cg/pagewalk/image';
import { exactSize, hexWord, physicalAddress, type VirtualAddresses } from './virtual-address.js';

/** The digits of an entry. */
export function entryValue(low: number, high: number, isWide: boolean): string {
  return isWide ? `0x${hexWord(high)}${hexWord(low)}` : `0x${hexWord(low)}`;
}

const WIDTH = 100;
const WHERE_WIDTH = 38;
const SIZE_WIDTH = 9;
const PAGE_WIDTH = 7;

/** The names of the columns. */
export const WALK_HEADING = [
  'virtual range'.padEnd(WHERE_WIDTH) + 'size'.padStart(SIZE_WIDTH) + 'page'.padStart(PAGE_WIDTH),
  'flags'.padEnd(7),
  'physical start',
].join('  ');

/** Sizes below 4 MiB in their column, by pages, once they have been asked for: nearly all ranges have one of them. */
const SIZES: string[] = [];

function sizeCell(bytes: number): string {
  const pages = bytes / 4096;
  return pages < 1024
    ? (SIZES[pages] ??= exactSize(bytes).padStart(SIZE_WIDTH))
    : exactSize(bytes).padStart(SIZE_WIDTH);
}

/** The sizes that pages have, in their column. */
const PAGE_SIZES = new Map(
  [2 ** 12, 2 ** 21, 2 ** 22, 2 ** 30].map((bytes) => [bytes, exactSize(bytes).padStart(PAGE_WIDTH)]),
);

/** The flags, by the number that those after `r` make as bits. */
const FLAGS = Array.from(
  { length: 64 },
  (_, set) => `r${Array.from('wxugad', (flag, bit) => ((set >> bit) & 1 ? flag : '-')).join('')}`,
);

/** `rwxugad`: read, write, execute, user, global, accessed, dirty. */
export function permissionFlags(range: MappedRange): string {
  return FLAGS[
    (range.writable ? 1 : 0) |
      (range.executable ? 2 : 0) |
      (range.user ? 4 : 0) |
      (range.global ? 8 : 0) |
      (range.accessed ? 16 : 0) |
      (range.dirty ? 32 : 0)
  ];
}

/** What else a leaf says: `device`, `PWT`, `PCD`, `PAT`, `key 5`. */
export function leafNotes(range: MappedRange): string {
  const { device, writeThrough, cacheDisabled, pat, protectionKey } = range;
  if (!(device || writeThrough || cacheDisabled || pat || protectionKey !== 0)) {
    return '';
  }
  const notes = [
    device ? 'device' : '',
    writeThrough ? 'PWT' : '',
    cacheDisabled ? 'PCD' : '',
    pat ? 'PAT' : '',
    protectionKey === 0 ? '' : `key ${protectionKey}`,
  ];
  return notes.filter((note) => note !== '').join(' ');
}

/** Notes that would make the line too wide have a line of their own. */
function withNotes(line: string, notes: string): string {
  return line.length + 2 + notes.length <= WIDTH ? `${line}  ${notes}` : `${line}\n${notes.padStart(WIDTH)}`;
}

/** The lines of one mode. */
export class WalkText {
  readonly #addresses: VirtualAddresses;
  readonly #names: readonly string[];
  readonly #isWide: boolean;

  constructor(addresses: VirtualAddresses, mode: PagingMode) {
    this.#addresses = addresses;
    this.#names = ENTRY_NAMES[mode];
    this.#isWide = !mode.startsWith('32-bit');
  }

  /** A line of the listing. */
  range(finding: Exclude<ImageFinding, TableDamage>): string {
    const where = this.#addresses.range(finding).padEnd(WHERE_WIDTH) + sizeCell(finding.end - finding.start);
    switch (finding.kind) {
      case 'mapped': {
        const notes = leafNotes(finding);
        const page = PAGE_SIZES.get(finding.pageSize);
        const line = `${where}${page}  ${permissionFlags(finding)}  ${physicalAddress(finding.physical)}`;
        return notes === '' ? line : withNotes(line, notes);
      }
      case 'shared': {
        const repeats = (finding.end - finding.start) / finding.span;
        const each = repeats > 1 ? `${repeats} × ${exactSize(finding.span)}, each as at` : 'as at';
        return `${where}  ${each} ${this.#addresses.text(finding.sameAs)}`;
      }
      case 'self-map': {
        const table = `the table at ${physicalAddress(finding.table)}`;
        return `${where}  self-map of ${table}`;
      }
    }
  }

  /** Where, and what is wrong; two lines. */
  damage(damage: TableDamage): string {
    const { level, entry, entries, low, high } = damage;
    const many = entries === 1 ? '' : `, and the ${entries - 1} behind it`;
    const where = `${this.#names[level]} at ${physicalAddress(entry)} (level ${level})${many}`;
    const value = entryValue(low, high, this.#isWide);
    return `${this.#addresses.range(damage)}: ${where}\n  ${value} ${this.#whatIsWrong(damage)}`;
  }

  #whatIsWrong({ fault, target }: TableDamage): string {
    switch (fault) {
      case 'loop':
        return `points back at the table at ${physicalAddress(target)}, which is being walked`;
      case 'outside':
        return `points at ${physicalAddress(target)}, outside the image`;
      case 'unreadable':
        return `points at the table at ${physicalAddress(target)}, whose bytes in the file are damaged`;
      case 'reserved':
        return 'has reserved bits set';
      case 'limit':
        return 'is left unread: more tables than the limit; the walk ends here';
    }
  }
}
