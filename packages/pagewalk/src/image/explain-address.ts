import type { PhysicalMemory } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';
import {
  EntryFormat,
  ENTRY_NAMES,
  LEAF,
  MAY_ALL,
  MAY_EXECUTE,
  MAY_USER,
  MAY_WRITE,
  NOT_PRESENT,
  RESERVED,
  TABLE,
} from './entry-format.js';
import type { Paging } from './paging.js';
import { readTable, type ReadFault } from './read-table.js';

/** A nonzero bit, or field, of an entry. */
export interface NamedBit {
  /** Its lowest bit. */
  readonly bit: number;
  /** Its name in the processor manuals: `P`, `R/W`, `U/S`, `A`, `D`, `PS`, `XD`. */
  readonly name: string;
  /** 1, or the value of a field of several bits. */
  readonly value: number;
}

/** One level of an address's translation. */
export interface TranslationStep {
  /** 1 is the level of PTEs. */
  readonly level: number;
  /** `PML4E`, `PDPTE` and so on. */
  readonly name: string;
  /** The index of the entry in its table. */
  readonly index: number;
  /** The entry's physical address. */
  readonly entry: number;
  readonly value: bigint;
  readonly bits: readonly NamedBit[];
  /** The physical address of the table or page that it points at, if it is present. */
  readonly target: number | undefined;
  /** The entry points at the table that contains it: below, tables are read as if they were one level lower. */
  readonly selfMap: boolean;
  /** Permissions of the entries up to here. */
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

/** Why an address has no translation. */
export type TranslationFault =
  /** The address is not sign-extended: #GP, not a page fault. */
  | 'non-canonical'
  | 'not-present'
  | 'reserved'
  /** The next table is not in the image, or its bytes there are damaged. */
  | ReadFault;

/** The translation of an address, level by level. */
export interface Translation {
  /** The address, sign-extended where the mode does so. */
  readonly address: bigint;
  readonly steps: readonly TranslationStep[];
  /** Undefined if it faults. */
  readonly physical: bigint | undefined;
  readonly pageSize: number | undefined;
  readonly fault: TranslationFault | undefined;
  /** Whether the image holds the byte at `physical`. */
  readonly held: boolean;
}

const LOW_BITS: readonly (readonly [bit: number, name: string])[] = [
  [0, 'P'],
  [1, 'R/W'],
  [2, 'U/S'],
  [3, 'PWT'],
  [4, 'PCD'],
  [5, 'A'],
];

/**
 * Translates one address as the MMU would, and records each level.
 * @param cr3 the register: bits that are no address are ignored
 * @param address 32 bits in the 32-bit modes and PAE, else 64 bits, sign-extended
 * @throws PageWalkError EINVAL for an address that is too large, or a top table that cannot be read
 */
export function explainAddress(
  image: PhysicalMemory,
  cr3: bigint,
  paging: Paging,
  address: bigint,
): Translation {
  const format = new EntryFormat(paging);
  const width = format.addressBits === 32 ? 32 : 64;
  if (address < 0n || address >= 1n << BigInt(width)) {
    throw new PageWalkError('EINVAL', `not an address of ${width} bits: 0x${address.toString(16)}`);
  }
  const inside = BigInt.asUintN(format.addressBits, address);
  const canonical = width === 32 ? address : BigInt.asUintN(64, BigInt.asIntN(format.addressBits, inside));
  const steps: TranslationStep[] = [];
  const failed = (fault: TranslationFault): Translation => ({
    address,
    steps,
    physical: undefined,
    pageSize: undefined,
    fault,
    held: false,
  });
  if (canonical !== address) {
    return failed('non-canonical');
  }
  let table = format.tableOfCr3(cr3);
  let permissions = MAY_ALL;
  for (let level = format.levels; ; level--) {
    const span = format.span[level];
    const index = Number((inside / BigInt(span)) % BigInt(format.entries[level]));
    const entry = table + index * format.entryBytes;
    const words = new Uint32Array(2);
    const fault = readTable(image, entry, new Uint8Array(words.buffer, 0, format.entryBytes));
    if (fault !== undefined) {
      if (level === format.levels) {
        throw noTopTable(table, fault);
      }
      return failed(fault);
    }
    const [low, high] = words;
    const kind = format.kindOf(low, high, level);
    permissions = kind === NOT_PRESENT ? 0 : format.narrowed(permissions, low, high, level);
    const target = format.target(low, high, level);
    steps.push({
      level,
      name: ENTRY_NAMES[format.mode][level],
      index,
      entry,
      value: BigInt(high) * 2n ** 32n + BigInt(low),
      bits: kind === NOT_PRESENT ? [] : namedBits(format, low, high, level),
      target: kind === TABLE || kind === LEAF ? target : undefined,
      selfMap: kind === TABLE && target === table,
      writable: (permissions & MAY_WRITE) !== 0,
      user: (permissions & MAY_USER) !== 0,
      executable: (permissions & MAY_EXECUTE) !== 0,
    });
    if (kind === NOT_PRESENT) {
      return failed('not-present');
    }
    if (kind === RESERVED) {
      return failed('reserved');
    }
    if (kind === LEAF) {
      const physical = BigInt(target) + (inside % BigInt(span));
      const held = image.nextHole(Number(physical), Number(physical) + 1) > Number(physical);
      return { address, steps, physical, pageSize: span, fault: undefined, held };
    }
    table = target;
  }
}

function noTopTable(table: number, fault: ReadFault): PageWalkError {
  const why = fault === 'outside' ? 'the image does not have it' : 'its bytes in the file are damaged';
  return new PageWalkError('EINVAL', `no table at 0x${table.toString(16)}: ${why}`);
}

/** The bits of a present entry; of any other, all bits but P are software's. */
function namedBits(format: EntryFormat, low: number, high: number, level: number): NamedBit[] {
  const bits: NamedBit[] = [];
  const add = (bit: number, name: string, value: number) => {
    if (value !== 0) {
      bits.push({ bit, name, value });
    }
  };
  // PAE's top entries have neither permissions nor an accessed bit (Intel SDM volume 3A, table 4-8).
  const isPaeTop = format.mode === 'pae' && level === format.levels;
  LOW_BITS.forEach(([bit, name]) => {
    add(bit, isPaeTop && !/^(P|PWT|PCD)$/.test(name) ? 'reserved' : name, (low >>> bit) & 1);
  });
  const isLeaf = format.mapsPage(low, level);
  const ignored = (bit: number) => (isPaeTop ? 'reserved' : `bit ${bit}`);
  add(6, isLeaf ? 'D' : ignored(6), (low >>> 6) & 1);
  add(7, isPaeTop ? 'reserved' : level === 1 ? 'PAT' : 'PS', (low >>> 7) & 1);
  add(8, isLeaf ? 'G' : ignored(8), (low >>> 8) & 1);
  add(9, 'available', (low >>> 9) & 7);
  if (isLeaf && level > 1) {
    add(12, 'PAT', (low >>> 12) & 1);
  }
  if (format.entryBytes === 8) {
    const isLong = format.addressBits > 32;
    add(52, isLong ? 'available' : 'reserved', (high >>> 20) & (isLong && isLeaf ? 0x7f : 0x7ff));
    if (isLong && isLeaf) {
      add(59, 'protection key', (high >>> 27) & 15);
    }
    add(63, 'XD', high >>> 31);
  }
  return bits;
}
