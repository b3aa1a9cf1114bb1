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

function columns(cells: readonly [string, string, string, string, string]): string {
  const [where, size, page, flags, physical] = cells;
  const middle = `${size.padStart(14)}  ${page.padStart(5)}  ${flags.padEnd(7)}`;
  return `${where.padEnd(38)}${middle}  ${physical}`.trimEnd();
}

/** The names of the columns. */
export const WALK_HEADING = columns(['virtual range', 'size', 'page', 'flags', 'physical start']);

/** `rwxugad`: read, write, execute, user, global, accessed, dirty. */
export function permissionFlags(range: MappedRange): string {
  // One string built up: a listing has a hundred thousand of these.
  return `r${range.writable ? 'w' : '-'}${range.executable ? 'x' : '-'}${range.user ? 'u' : '-'}${
    range.global ? 'g' : '-'
  }${range.accessed ? 'a' : '-'}${range.dirty ? 'd' : '-'}`;
}

/** What else a leaf says: `device`, `PWT`, `PCD`, `PAT`, `key 5`. */
export function leafNotes(range: MappedRange): string {
  const { device, writeThrough, cacheDisabled, pat, protectionKey } = range;
  const notes = `${device ? ' device' : ''}${writeThrough ? ' PWT' : ''}${cacheDisabled ? ' PCD' : ''}${
    pat ? ' PAT' : ''
  }${protectionKey === 0 ? '' : ` key ${protectionKey}`}`;
  return notes.slice(1);
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
    const where = this.#addresses.range(finding);
    const size = exactSize(finding.end - finding.start);
    switch (finding.kind) {
      case 'mapped': {
        const physical = `${physicalAddress(finding.physical)}  ${leafNotes(finding)}`;
        return columns([where, size, exactSize(finding.pageSize), permissionFlags(finding), physical]);
      }
      case 'shared': {
        const repeats = (finding.end - finding.start) / finding.span;
        const each = repeats > 1 ? `${repeats} × ${exactSize(finding.span)}, each as at` : 'as at';
        return `${columns([where, size, '', '', ''])}  ${each} ${this.#addresses.text(finding.sameAs)}`;
      }
      case 'self-map': {
        const table = `the table at ${physicalAddress(finding.table)}`;
        return `${columns([where, size, '', '', ''])}  self-map of ${table}`;
      }
    }
  }

  /** What is wrong, and where; two lines. */
  damage(damage: TableDamage): string {
    const { level, entry, entries, low, high } = damage;
    const many = entries === 1 ? '' : `, and the ${entries - 1} behind it`;
    const where = `${this.#names[level]} at ${physicalAddress(entry)} (level ${level})${many}`;
    const value = entryValue(low, high, this.#isWide);
    return `${this.#addresses.range(damage)}: damaged\n  ${where}: ${value} ${this.#whatIsWrong(damage)}`;
  }

  #whatIsWrong({ fault, target }: TableDamage): string {
    switch (fault) {
      case 'loop':
        return `points back at the table at ${physicalAddress(target)}, which is being walked`;
      case 'outside':
        return `points at ${physicalAddress(target)}, outside the image`;
      case 'reserved':
        return 'has reserved bits set';
      case 'limit':
        return 'is left unread: more tables than the limit; the walk ends here';
    }
  }
}
