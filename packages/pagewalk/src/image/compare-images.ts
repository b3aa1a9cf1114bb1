import type { PhysicalMemory } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';
import { EntryFormat, MAY_ALL, PRESENT } from './entry-format.js';
import { FindingMerger } from './finding-merger.js';
import type { MappedRange } from './findings.js';
import type { Paging } from './paging.js';

/** An image, and the register that says where its top table is. */
export interface ImageTables {
  readonly image: PhysicalMemory;
  readonly cr3: bigint;
}

/** Pages whose translation differs between two images, in the same way. */
export interface ChangedRange {
  readonly kind: 'changed';
  readonly start: number;
  readonly end: number;
  /** What it was, and is; undefined where it was, or is, not mapped. `start` and `end` are those above. */
  readonly before: MappedRange | undefined;
  readonly after: MappedRange | undefined;
}

/** A range in which the same tables appear as at `sameAs`, with the same changes. */
export interface SharedChange {
  readonly kind: 'shared';
  readonly start: number;
  readonly end: number;
  readonly sameAs: number;
}

/** A place where tables are not compared further. */
export interface UncomparedRange {
  readonly kind: 'uncompared';
  readonly start: number;
  readonly end: number;
  /** A table that only one of the images has, or more tables than the comparison may look at. */
  readonly reason: 'outside' | 'limit';
}

export type ImageChange = ChangedRange | SharedChange | UncomparedRange;

/** One side of a place: nothing, a page or a part of one, or a table. */
type Place =
  | undefined
  | {
      readonly isTable: false;
      readonly level: number;
      readonly physical: number;
      readonly properties: number;
    }
  | { readonly isTable: true; readonly physical: number; readonly properties: number };

/**
 * Compares what the tables of two images map, and lists the pages whose frame, size, permissions, accessed or
 * dirty bit, or other leaf properties changed. Whether the image holds the frames is not asked. Tables that
 * point at themselves are passed over.
 * @throws PageWalkError EINVAL for a top table that is not in its image
 */
export function* compareImages(
  before: ImageTables,
  after: ImageTables,
  paging: Paging,
  { maxTables = 2 ** 21 }: { readonly maxTables?: number } = {},
): Generator<ImageChange, void, undefined> {
  const format = new EntryFormat(paging);
  const comparison = new Comparison(before.image, after.image, format, maxTables);
  const [one, other] = [before, after].map(({ image, cr3 }): Place => {
    const physical = format.tableOfCr3(cr3);
    const end = physical + format.entries[format.levels] * format.entryBytes;
    if (image.nextHole(physical, end) < end) {
      throw new PageWalkError('EINVAL', `no table at 0x${physical.toString(16)}: the image does not have it`);
    }
    return { isTable: true, physical, properties: MAY_ALL };
  });
  let held: ImageChange | undefined;
  for (const change of comparison.tables(format.levels, 0, one, other)) {
    const joined = held === undefined ? undefined : join(held, change);
    if (joined === undefined && held !== undefined) {
      yield held;
    }
    held = joined ?? change;
  }
  if (held !== undefined) {
    yield held;
  }
}

class Comparison {
  readonly #before: PhysicalMemory;
  readonly #after: PhysicalMemory;
  readonly #format: EntryFormat;
  #tablesLeft: number;
  /** Pairs of tables that have been compared: where, and whether anything differed. */
  readonly #seen = new Map<string, { readonly start: number; changed: boolean }>();

  constructor(before: PhysicalMemory, after: PhysicalMemory, format: EntryFormat, maxTables: number) {
    this.#before = before;
    this.#after = after;
    this.#format = format;
    this.#tablesLeft = maxTables;
  }

  /** Compares two places of which at least one is a table of `level`; says whether anything differed. */
  *tables(level: number, base: number, before: Place, after: Place): Generator<ImageChange, boolean> {
    const format = this.#format;
    const end = base + format.span[level] * format.entries[level];
    const key = `${level} ${describe(before)} ${describe(after)}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined) {
      if (seen.changed) {
        yield { kind: 'shared', start: base, end, sameAs: seen.start };
      }
      return seen.changed;
    }
    if (this.#tablesLeft === 0) {
      yield { kind: 'uncompared', start: base, end, reason: 'limit' };
      return true;
    }
    this.#tablesLeft--;
    const record = { start: base, changed: false };
    this.#seen.set(key, record);
    const words = [this.#read(this.#before, level, before), this.#read(this.#after, level, after)];
    if (words.includes(null)) {
      record.changed = words[0] !== words[1];
      if (record.changed) {
        yield { kind: 'uncompared', start: base, end, reason: 'outside' };
      }
      return record.changed;
    }
    const span = format.span[level];
    for (let i = 0; i < format.entries[level]; i++) {
      const one = this.#child(before, words[0], level, i);
      const other = this.#child(after, words[1], level, i);
      const start = base + i * span;
      if (one?.isTable === true || other?.isTable === true) {
        record.changed = (yield* this.tables(level - 1, start, one, other)) || record.changed;
      } else if (!isSame(one, other)) {
        record.changed = true;
        const mapped = (place: Place) => this.#mapped(start, start + span, place);
        yield { kind: 'changed', start, end: start + span, before: mapped(one), after: mapped(other) };
      }
    }
    return record.changed;
  }

  /** The words of a table; undefined where the place is none, null where the image does not have it. */
  #read(image: PhysicalMemory, level: number, place: Place): Uint32Array | null | undefined {
    if (place?.isTable !== true) {
      return undefined;
    }
    const words = new Uint32Array((this.#format.entries[level] * this.#format.entryBytes) / 4);
    return image.read(place.physical, new Uint8Array(words.buffer)) ? words : null;
  }

  /** What entry `index` of a place says: of a page, the part of it that the entry would map. */
  #child(place: Place, words: Uint32Array | null | undefined, level: number, index: number): Place {
    const format = this.#format;
    if (place?.isTable === false) {
      return { ...place, physical: place.physical + index * format.span[level] };
    }
    if (place === undefined || words === undefined || words === null) {
      return undefined;
    }
    const isWide = format.entryBytes === 8;
    const low = words[isWide ? index * 2 : index];
    const high = isWide ? words[index * 2 + 1] : 0;
    if ((low & PRESENT) === 0 || format.isReserved(low, high, level)) {
      return undefined;
    }
    const physical = format.target(low, high, level);
    const permissions = format.narrowed(place.properties, low, high, level);
    if (format.isLeaf(low, level)) {
      return { isTable: false, level, physical, properties: permissions | format.leafBits(low, high, level) };
    }
    return physical === place.physical ? undefined : { isTable: true, physical, properties: permissions };
  }

  #mapped(start: number, end: number, place: Place): MappedRange | undefined {
    if (place?.isTable !== false) {
      return undefined;
    }
    const merger = new FindingMerger(this.#format);
    merger.addMapped(start, end, place.level, place.physical, place.properties);
    return merger.take() as MappedRange;
  }
}

function describe(place: Place): string {
  if (place === undefined) {
    return '-';
  }
  return `${place.isTable ? 'table' : `page ${place.level}`} ${place.physical} ${place.properties}`;
}

function isSame(one: Place, other: Place): boolean {
  return describe(one) === describe(other);
}

/** One change for two that are adjacent and alike; undefined where they are not. */
function join(first: ImageChange, second: ImageChange): ImageChange | undefined {
  if (first.kind !== 'changed' || second.kind !== 'changed' || first.end !== second.start) {
    return undefined;
  }
  const before = joinRanges(first.before, second.before);
  const after = joinRanges(first.after, second.after);
  return before === null || after === null ? undefined : { ...first, end: second.end, before, after };
}

function joinRanges(first: MappedRange | undefined, second: MappedRange | undefined) {
  if (first === undefined || second === undefined) {
    return first === second ? undefined : null;
  }
  const moved = { ...second, start: first.start, physical: second.physical - (second.start - first.start) };
  const joined = { ...first, end: second.end };
  return JSON.stringify(moved) === JSON.stringify(joined) ? joined : null;
}
