import type { PhysicalMemory } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';
import {
  EntryFormat,
  IS_CACHE_DISABLED,
  IS_DEVICE,
  IS_WRITE_THROUGH,
  LEAF,
  MAY_ALL,
  RESERVED,
} from './entry-format.js';
import { FindingMerger } from './finding-merger.js';
import type { ImageFinding } from './findings.js';
import type { Paging } from './paging.js';
import { readTable, type ReadFault } from './read-table.js';

const TABLE_BYTES = 4096;
/** Most pieces of pages that are partly in the image, per table that may be walked. */
const PIECES_PER_TABLE = 64;

/** Options of a walk. */
export interface ImageWalkOptions {
  /** First virtual address, rounded down to its page; 0 if left out. Without sign extension. */
  readonly from?: number;
  /** One past the last, rounded up; all addresses of the mode if left out. */
  readonly to?: number;
  /** Most tables to read; 2^20 if left out: enough for 2 TiB in pages of 4 KiB, all different. */
  readonly maxTables?: number;
}

/**
 * Walks the page tables in a memory image, and lists their mappings, in the order of virtual addresses. Damaged
 * entries are findings too, and the walk continues after them.
 *
 * A table is walked once for each set of permissions above it, and any other occurrence of it is a `shared` finding:
 * time and memory are bounded by the existing tables, whatever their content.
 * @param cr3 the register: bits that are no address are ignored
 * @throws PageWalkError EINVAL for a top table that is not in the image, or an invalid range
 */
export function* walkImage(
  image: PhysicalMemory,
  cr3: bigint,
  paging: Paging,
  options: ImageWalkOptions = {},
): Generator<ImageFinding, void, undefined> {
  const walker = new ImageWalker(image, cr3, new EntryFormat(paging), options);
  for (let entry = walker.nextPresent(); entry >= 0; entry = walker.nextPresent()) {
    for (let isDone = false; !isDone;) {
      isDone = walker.take(entry);
      const finished = walker.findings.takeFinished();
      if (finished !== undefined) {
        yield finished;
      }
    }
  }
  const last = walker.findings.takeHeld();
  if (last !== undefined) {
    yield last;
  }
}

/** The walk's stack: one table of each level. */
class ImageWalker {
  readonly findings: FindingMerger;
  readonly #image: PhysicalMemory;
  readonly #format: EntryFormat;
  readonly #top: number;
  readonly #from: number;
  readonly #to: number;
  #tablesLeft: number;
  #piecesLeft: number;
  #level: number;
  /** How far the pieces of the current leaf have been listed. */
  #pieceAt = 0;
  /** Where a walked table was first listed, by frame, level and permissions. */
  readonly #seen = new Map<number, number>();
  /** Tables with damaged bytes: each is decompressed once, however many entries point at it. */
  readonly #unreadable = new Set<number>();
  // By level, of the current table there.
  readonly #words: readonly Uint32Array[];
  readonly #bytes: readonly Uint8Array[];
  readonly #physical: Float64Array;
  readonly #base: Float64Array;
  readonly #permissions: Uint8Array;
  readonly #next: Uint16Array;
  readonly #stop: Uint16Array;

  constructor(image: PhysicalMemory, cr3: bigint, format: EntryFormat, options: ImageWalkOptions) {
    const addressEnd = 2 ** format.addressBits;
    const { from = 0, to = addressEnd, maxTables = 2 ** 20 } = options;
    if (!(from >= 0 && from < to && to <= addressEnd)) {
      const message = `not a range of ${format.addressBits}-bit addresses: ${from} to ${to}`;
      throw new PageWalkError('EINVAL', message, from, to);
    }
    this.#image = image;
    this.#format = format;
    this.findings = new FindingMerger(format);
    this.#top = format.levels;
    this.#from = Math.floor(from / TABLE_BYTES) * TABLE_BYTES;
    this.#to = Math.ceil(to / TABLE_BYTES) * TABLE_BYTES;
    this.#tablesLeft = maxTables;
    this.#piecesLeft = maxTables * PIECES_PER_TABLE;
    const buffer = new ArrayBuffer(TABLE_BYTES * format.levels);
    const offsets = format.span.map((_, level) => TABLE_BYTES * Math.max(0, level - 1));
    this.#words = offsets.map((offset) => new Uint32Array(buffer, offset, TABLE_BYTES / 4));
    this.#bytes = offsets.map(
      (offset, level) => new Uint8Array(buffer, offset, format.entries[level] * format.entryBytes),
    );
    const levels = format.levels + 1;
    this.#physical = new Float64Array(levels).fill(-1);
    this.#base = new Float64Array(levels);
    this.#permissions = new Uint8Array(levels);
    this.#next = new Uint16Array(levels);
    this.#stop = new Uint16Array(levels);
    this.#level = this.#top;
    const root = format.tableOfCr3(cr3);
    // Throws where the file has damaged bytes: without a top table there is nothing to list.
    if (!image.read(root, this.#bytes[this.#top])) {
      const message = `no table at 0x${root.toString(16)}: the image does not have it`;
      throw new PageWalkError('EINVAL', message);
    }
    this.#enter(root, this.#top, 0, MAY_ALL);
  }

  /** The index of the next present entry in the current table; -1 at the end of the walk. */
  nextPresent(): number {
    for (; this.#level <= this.#top; this.#level++) {
      const level = this.#level;
      const stop = this.#stop[level];
      const index = this.#format.nextPresent(this.#words[level], this.#next[level], stop);
      if (index < stop) {
        this.#next[level] = index + 1;
        return index;
      }
    }
    return -1;
  }

  /** Lists a present entry, or descends to its table; false if more of the entry remains to be listed. */
  take(index: number): boolean {
    const format = this.#format;
    const level = this.#level;
    const words = this.#words[level];
    const low = format.low(words, index);
    const high = format.high(words, index);
    if (level === 1) {
      return this.#takePte(index, low, high);
    }
    const kind = format.kindOf(low, high, level);
    const span = format.span[level];
    const base = this.#base[level] + index * span;
    const start = Math.max(base, this.#from);
    const end = Math.min(base + span, this.#to);
    const target = format.target(low, high, level);
    const entry = this.#physical[level] + index * format.entryBytes;
    if (kind === RESERVED) {
      this.findings.addDamage('reserved', start, end, level, entry, low, high, target);
      return true;
    }
    const permissions = format.narrowed(this.#permissions[level], low, high, level);
    if (kind === LEAF) {
      const properties = permissions | format.leafBits(low, high, level);
      const physical = target + (start - base);
      if (this.#pieceAt === 0 && this.#takeRun(index, start, end, physical, properties)) {
        return true;
      }
      return this.#takePiece(start, end, level, entry, low, high, physical, properties);
    }
    if (target === this.#physical[level]) {
      this.findings.addSelfMap(start, end, level, target, entry);
      return true;
    }
    for (let above = level + 1; above <= this.#top; above++) {
      if (this.#physical[above] === target) {
        this.findings.addDamage('loop', start, end, level, entry, low, high, target);
        return true;
      }
    }
    const key = (target / TABLE_BYTES) * 64 + (level - 1) * 8 + permissions;
    const first = this.#seen.get(key);
    if (first !== undefined) {
      this.findings.addShared(start, end, level - 1, target, permissions, first + (start - base));
      return true;
    }
    if (this.#tablesLeft === 0) {
      this.#giveUp(start, level, entry, low, high, target);
      return true;
    }
    const fault = this.#open(target, level - 1, base, permissions);
    if (fault !== undefined) {
      this.findings.addDamage(fault, start, end, level, entry, low, high, target);
      return true;
    }
    // A table that the range clips is not listed whole, so it cannot be shared.
    if (start === base && end === base + span) {
      this.#seen.set(key, base);
    }
    return true;
  }

  /** The same for a PTE, of which a walk sees most: its range is never clipped. */
  #takePte(index: number, low: number, high: number): boolean {
    const format = this.#format;
    const start = this.#base[1] + index * TABLE_BYTES;
    const end = start + TABLE_BYTES;
    const physical = format.target(low, high, 1);
    const properties = format.pteProperties(low, high, this.#permissions[1]);
    if (properties < 0) {
      const entry = this.#physical[1] + index * format.entryBytes;
      this.findings.addDamage('reserved', start, end, 1, entry, low, high, physical);
      return true;
    }
    if (this.#takeRun(index, start, end, physical, properties)) {
      return true;
    }
    const entry = this.#physical[1] + index * format.entryBytes;
    return this.#takePiece(start, end, 1, entry, low, high, physical, properties);
  }

  /**
   * Lists a page and those that continue it, as far as the image holds them; false if it does not hold all of the
   * first.
   */
  #takeRun(index: number, start: number, end: number, physical: number, properties: number): boolean {
    const level = this.#level;
    const span = this.#format.span[level];
    const next = this.#format.endOfRun(this.#words[level], index, this.#stop[level], level);
    const behind = physical + (end - start);
    const held = this.#image.nextHole(physical, behind + (next - index - 1) * span);
    if (held < behind) {
      return false;
    }
    const more = Math.floor((held - behind) / span);
    this.#next[level] = index + 1 + more;
    this.findings.addMapped(start, Math.min(end + more * span, this.#to), level, physical, properties);
    return true;
  }

  /** Lists the next piece of a page that is partly in the image; false if more are left. */
  #takePiece(
    start: number,
    end: number,
    level: number,
    entry: number,
    low: number,
    high: number,
    physical: number,
    properties: number,
  ): boolean {
    const at = start + this.#pieceAt;
    const from = physical + this.#pieceAt;
    if (this.#piecesLeft === 0) {
      this.#giveUp(at, level, entry, low, high, from);
      return true;
    }
    this.#piecesLeft--;
    const limit = physical + (end - start);
    // Pages are whole: a partial page at the end of an image is not mapped memory.
    const held = Math.floor(this.#image.nextHole(from, limit) / TABLE_BYTES) * TABLE_BYTES;
    const isInside = held > from;
    const next = isInside ? held : Math.ceil(this.#image.nextHeld(from, limit) / TABLE_BYTES) * TABLE_BYTES;
    const upTo = at + (Math.max(next, from + TABLE_BYTES) - from);
    if (isInside || (properties & (IS_CACHE_DISABLED | IS_WRITE_THROUGH)) !== 0) {
      this.findings.addMapped(at, upTo, level, from, properties | (isInside ? 0 : IS_DEVICE));
    } else {
      this.findings.addDamage('outside', at, upTo, level, entry, low, high, from);
    }
    this.#pieceAt = upTo < end ? upTo - start : 0;
    return upTo >= end;
  }

  #giveUp(start: number, level: number, entry: number, low: number, high: number, target: number): void {
    this.findings.addDamage('limit', start, this.#to, level, entry, low, high, target);
    this.#level = this.#top + 1;
  }

  /** Reads a table and makes it the current one. @returns why it cannot be read */
  #open(physical: number, level: number, base: number, permissions: number): ReadFault | undefined {
    if (this.#unreadable.has(physical)) {
      return 'unreadable';
    }
    const fault = readTable(this.#image, physical, this.#bytes[level]);
    if (fault === undefined) {
      this.#enter(physical, level, base, permissions);
    } else if (fault === 'unreadable') {
      this.#unreadable.add(physical);
    }
    return fault;
  }

  #enter(physical: number, level: number, base: number, permissions: number): void {
    const span = this.#format.span[level];
    this.#tablesLeft--;
    this.#level = level;
    this.#physical[level] = physical;
    this.#base[level] = base;
    this.#permissions[level] = permissions;
    this.#next[level] = Math.max(0, Math.floor((this.#from - base) / span));
    this.#stop[level] = Math.min(this.#format.entries[level], Math.ceil((this.#to - base) / span));
  }
}
