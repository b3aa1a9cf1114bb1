import type { PhysicalMemory } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';
import {
  EntryFormat,
  IS_CACHE_DISABLED,
  IS_DEVICE,
  IS_WRITE_THROUGH,
  MAY_ALL,
  PRESENT,
} from './entry-format.js';
import { FindingMerger } from './finding-merger.js';
import type { ImageFinding, TableFault } from './findings.js';
import type { Paging } from './paging.js';

const TABLE_BYTES = 4096;
/** Pieces of pages that are partly in the image, for each table that may be walked. */
const PIECES_PER_TABLE = 64;

/** What of an image to walk. */
export interface ImageWalkOptions {
  /** First virtual address, rounded down to its page; 0 if left out. Without sign extension. */
  readonly from?: number;
  /** One past the last, rounded up; all addresses of the mode if left out. */
  readonly to?: number;
  /** Tables to look at, at most; 2^20 if left out: enough for 2 TiB in pages of 4 KiB, all different. */
  readonly maxTables?: number;
}

/**
 * Walks the page tables in a memory image, and lists what they map, in the order of virtual addresses.
 * Damaged entries are findings too, and the walk goes on behind them.
 *
 * A table is walked once for each set of permissions that entries above leave it, and each other place that
 * shows it is a `shared` finding: time and memory are bounded by the tables that exist, whatever they say.
 * @param cr3 the register: bits that are no address are ignored
 * @throws PageWalkError EINVAL for a top table that is not in the image, or a range that makes no sense
 */
export function* walkImage(
  image: PhysicalMemory,
  cr3: bigint,
  paging: Paging,
  options: ImageWalkOptions = {},
): Generator<ImageFinding, void, undefined> {
  const walker = new ImageWalker(image, cr3, new EntryFormat(paging), options);
  for (let entry = walker.nextPresent(); entry >= 0; entry = walker.nextPresent()) {
    while (!walker.take(entry)) {
      yield walker.findings.take() as ImageFinding;
    }
  }
  const last = walker.findings.take();
  if (last !== undefined) {
    yield last;
  }
}

/** The walk's stack: one table of each level, since a walk goes down one path at a time. */
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
  /** How far into the leaf that is being taken its pieces have been listed. */
  #pieceAt = 0;
  /** Where a walked table was first listed, by frame, level and permissions. */
  readonly #seen = new Map<number, number>();
  // By level, of the table that is walked there.
  readonly #words: readonly Uint32Array[];
  readonly #bytes: readonly Uint8Array[];
  readonly #physical: number[];
  readonly #base: number[];
  readonly #permissions: number[];
  readonly #next: number[];
  readonly #stop: number[];

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
    this.#words = format.span.map(() => new Uint32Array(TABLE_BYTES / 4));
    this.#bytes = this.#words.map(
      (words, level) => new Uint8Array(words.buffer, 0, format.entries[level] * format.entryBytes),
    );
    this.#physical = format.span.map(() => -1);
    this.#base = format.span.map(() => 0);
    this.#permissions = format.span.map(() => 0);
    this.#next = format.span.map(() => 0);
    this.#stop = format.span.map(() => 0);
    this.#level = this.#top;
    const root = format.tableOfCr3(cr3);
    if (!this.#open(root, this.#top, 0, MAY_ALL)) {
      const message = `no table at 0x${root.toString(16)}: the image does not have it`;
      throw new PageWalkError('EINVAL', message);
    }
  }

  /** The index of the next present entry in the table that is walked; -1 at the end of the walk. */
  nextPresent(): number {
    const step = this.#format.entryBytes / 4;
    while (this.#level <= this.#top) {
      const level = this.#level;
      const words = this.#words[level];
      const stop = this.#stop[level] * step;
      for (let word = this.#next[level] * step; word < stop; word += step) {
        if ((words[word] & PRESENT) !== 0) {
          const index = word / step;
          this.#next[level] = index + 1;
          return index;
        }
      }
      this.#level++;
    }
    return -1;
  }

  /** Lists a present entry, or goes down to its table; false where the last finding must be taken first. */
  take(index: number): boolean {
    const format = this.#format;
    const level = this.#level;
    const isWide = format.entryBytes === 8;
    const low = this.#words[level][isWide ? index * 2 : index];
    const high = isWide ? this.#words[level][index * 2 + 1] : 0;
    const span = format.span[level];
    const base = this.#base[level] + index * span;
    const start = Math.max(base, this.#from);
    const end = Math.min(base + span, this.#to);
    const target = format.target(low, high, level);
    const entry = this.#physical[level] + index * format.entryBytes;
    if (format.isReserved(low, high, level)) {
      return this.findings.addDamage('reserved', start, end, level, entry, low, high, target);
    }
    const permissions = format.narrowed(this.#permissions[level], low, high, level);
    if (format.isLeaf(low, level)) {
      const properties = permissions | format.leafBits(low, high, level);
      return this.#takeLeaf(start, end, level, entry, low, high, target + (start - base), properties);
    }
    if (target === this.#physical[level]) {
      return this.findings.addSelfMap(start, end, level, target, entry);
    }
    for (let above = level + 1; above <= this.#top; above++) {
      if (this.#physical[above] === target) {
        return this.findings.addDamage('loop', start, end, level, entry, low, high, target);
      }
    }
    const key = (target / TABLE_BYTES) * 64 + (level - 1) * 8 + permissions;
    const first = this.#seen.get(key);
    if (first !== undefined) {
      return this.findings.addShared(start, end, level - 1, target, permissions, first + (start - base));
    }
    if (this.#tablesLeft === 0) {
      return this.#giveUp('limit', start, level, entry, low, high, target);
    }
    if (!this.#open(target, level - 1, base, permissions)) {
      return this.findings.addDamage('outside', start, end, level, entry, low, high, target);
    }
    // A table that the range cuts is not listed whole, so nothing can be said to be like it.
    if (start === base && end === base + span) {
      this.#seen.set(key, base);
    }
    return true;
  }

  /** Lists a page, piece by piece where it is partly in the image. */
  #takeLeaf(
    start: number,
    end: number,
    level: number,
    entry: number,
    low: number,
    high: number,
    physical: number,
    properties: number,
  ): boolean {
    const limit = physical + (end - start);
    if (this.#pieceAt === 0 && this.#image.nextHole(physical, limit) === limit) {
      return this.findings.addMapped(start, end, level, physical, properties);
    }
    const isUncached = (properties & (IS_CACHE_DISABLED | IS_WRITE_THROUGH)) !== 0;
    for (let at = start + this.#pieceAt; at < end; at = start + this.#pieceAt) {
      const from = physical + (at - start);
      // Pages are whole: bytes at the end of an image that fill none are not mapped memory.
      const held = Math.floor(this.#image.nextHole(from, limit) / TABLE_BYTES) * TABLE_BYTES;
      const isInside = held > from;
      const next = isInside ? held : Math.ceil(this.#image.nextHeld(from, limit) / TABLE_BYTES) * TABLE_BYTES;
      const upTo = at + (Math.max(next, from + TABLE_BYTES) - from);
      if (this.#piecesLeft === 0) {
        return this.#giveUp('limit', at, level, entry, low, high, from);
      }
      const taken =
        isInside || isUncached
          ? this.findings.addMapped(at, upTo, level, from, properties | (isInside ? 0 : IS_DEVICE))
          : this.findings.addDamage('outside', at, upTo, level, entry, low, high, from);
      if (!taken) {
        return false;
      }
      this.#piecesLeft--;
      this.#pieceAt = upTo - start;
    }
    this.#pieceAt = 0;
    return true;
  }

  #giveUp(
    fault: TableFault,
    start: number,
    level: number,
    entry: number,
    low: number,
    high: number,
    target: number,
  ): boolean {
    const taken = this.findings.addDamage(fault, start, this.#to, level, entry, low, high, target);
    this.#level = taken ? this.#top + 1 : level;
    return taken;
  }

  /** Makes a table the one that is walked; false where the image does not have it. */
  #open(physical: number, level: number, base: number, permissions: number): boolean {
    if (!this.#image.read(physical, this.#bytes[level])) {
      return false;
    }
    const span = this.#format.span[level];
    this.#tablesLeft--;
    this.#level = level;
    this.#physical[level] = physical;
    this.#base[level] = base;
    this.#permissions[level] = permissions;
    this.#next[level] = Math.max(0, Math.floor((this.#from - base) / span));
    this.#stop[level] = Math.min(this.#format.entries[level], Math.ceil((this.#to - base) / span));
    return true;
  }
}
