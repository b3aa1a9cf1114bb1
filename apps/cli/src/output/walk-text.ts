import type { ImageFinding, MappedRange, SharedTable, TableDamage } from '@cg/pagewalk';

const LEVEL_NAMES = ['', 'PTE', 'PDE', 'PDPTE', 'PML4E'];
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];
const UPPER_HALF = 2 ** 47;

/** A 48-bit address as people write it: sign-extended, all 16 digits. */
export function virtualAddress(address: number): string {
  return `0x${address < UPPER_HALF ? '0000' : 'ffff'}${address.toString(16).padStart(12, '0')}`;
}

/** The end of a range; that of the highest one is 2^64. */
function virtualEnd(end: number): string {
  return end === 2 ** 48 ? '0x10000000000000000' : virtualAddress(end);
}

export function physicalAddress(address: number): string {
  return `0x${address.toString(16)}`;
}

/** The 64 bits of an entry. */
export function entryValue(low: number, high: number): string {
  return `0x${high.toString(16).padStart(8, '0')}${low.toString(16).padStart(8, '0')}`;
}

/** Bytes in the largest unit that needs no fraction. */
function exactSize(bytes: number): string {
  let [size, unit] = [bytes / 1024, 0];
  while (size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${UNITS[unit]}`;
}

function range({ start, end }: ImageFinding): string {
  return `${virtualAddress(start)}-${virtualEnd(end)}`;
}

function columns(cells: readonly [string, string, string, string, string]): string {
  const [where, size, page, flags, physical] = cells;
  const middle = `${size.padStart(14)}  ${page.padStart(5)}  ${flags.padEnd(5)}`;
  return `${where.padEnd(38)}${middle}  ${physical}`.trimEnd();
}

/** The names of the columns. */
export const WALK_HEADING = columns(['virtual range', 'size', 'page', 'flags', 'physical start']);

export function permissionFlags({ writable, executable, user, global }: MappedRange): string {
  return `r${writable ? 'w' : '-'}${executable ? 'x' : '-'}${user ? 'u' : '-'}${global ? 'g' : '-'}`;
}

function describeMapped(mapped: MappedRange): string {
  const physical = `${physicalAddress(mapped.physical)}${mapped.device ? '  device' : ''}`;
  const size = exactSize(mapped.end - mapped.start);
  return columns([range(mapped), size, exactSize(mapped.pageSize), permissionFlags(mapped), physical]);
}

function describeShared(shared: SharedTable): string {
  const size = exactSize(shared.end - shared.start);
  return columns([range(shared), size, '', '', '']) + `  as at ${virtualAddress(shared.sameAs)}`;
}

/** A line of the listing. */
export function describeRange(finding: MappedRange | SharedTable): string {
  return finding.kind === 'mapped' ? describeMapped(finding) : describeShared(finding);
}

function whatIsWrong({ fault, level, low, high, target }: TableDamage): string {
  switch (fault) {
    case 'loop':
      return `points back at the table at ${physicalAddress(target)}, which is being walked`;
    case 'outside':
      return `points at ${physicalAddress(target)}, outside the image`;
    case 'reserved':
      return level === 4 ? 'has bit 7 set, which is reserved' : 'maps a huge page and has reserved bits set';
    case 'limit':
      return `${entryValue(low, high)} is left unread: more tables than the limit; the walk ends here`;
  }
}

/** What is wrong, and where; two lines. */
export function describeDamage(damage: TableDamage): string {
  const { level, entry, entries, low, high } = damage;
  const many = entries === 1 ? '' : `, and the ${entries - 1} behind it`;
  const where = `${LEVEL_NAMES[level]} at ${physicalAddress(entry)} (level ${level})${many}`;
  return `${range(damage)}: damaged\n  ${where}: ${entryValue(low, high)} ${whatIsWrong(damage)}`;
}
