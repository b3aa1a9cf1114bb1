import type { PhysicalMemory } from '@cg/memory-image';
import { PageWalkError } from '../errors.js';
import { EntryFormat, LEAF, MAY_ALL, TABLE } from './entry-format.js';
import { FindingMerger } from './finding-merger.js';
import type { MappedRange } from './findings.js';
import type { Paging } from './paging.js';
import { readTable, type ReadFault } from './read-table.js';
import { TablePairs } from './table-pairs.js';

/** An image, and the register with the address of its top table. */
export interface ImageTables {
  readonly image: PhysicalMemory;
  readonly cr3: bigint;
}

/** Pages whose translation differs between two images, in the same way. */
export interface ChangedRange {
  readonly kind: 'changed';
  readonly start: number;
  readonly end: number;
  /** The old and the new mapping; undefined if it was, or is, not mapped. `start` and `end` are those above. */
  readonly before: MappedRange | undefined;
  readonly after: MappedRange | undefined;
}

/** A range with the same tables, and the same changes, as at `sameAs`. */
export interface SharedChange {
  readonly kind: 'shared';
  readonly start: number;
  readonly end: number;
  readonly sameAs: number;
}

/** A place at which the comparison stops. */
export interface UncomparedRange {
  readonly kind: 'uncompared';
  readonly start: number;
  readonly end: number;
  /**
   * `outside`: a table that only one of the images has. `unreadable`: a table with damaged bytes in a file. `loop`: an
   * entry that points at its own table or at one above it, and in the other image at something else, or with other
   * permissions. `limit`: more tables than the comparison may read.
   */
  readonly reason: ReadFault | 'loop' | 'limit';
}

export type ImageChange = ChangedRange | SharedChange | UncomparedRange;

/** A page, or a part of one. */
interface Page {
  readonly kind: 'page';
  readonly level: number;
  readonly physical: number;
  readonly properties: number;
}

/**
 * A table; or, as `loop`, an entry that points back at a table on the path to it: `physical` is the level of that
 * one.
 */
interface Table {
  readonly kind: 'table' | 'loop';
  readonly physical: number;
  /** Permissions that the entries above allow. */
  readonly properties: number;
}

/** One side's entry at a place: undefined if nothing is mapped. */
type Place = Page | Table | undefined;

/** A differing page; joined with the following ones before it becomes a `ChangedRange`. */
interface ChangedPage {
  readonly kind: 'page';
  readonly start: number;
  readonly end: number;
  readonly before: Page | undefined;
  readonly after: Page | undefined;
}

type Difference = ChangedPage | SharedChange | UncomparedRange;

/**
 * Compares the mappings of two images' tables, and lists the pages whose frame, size, permissions, accessed or dirty
 * bit, or other leaf properties changed. It does not check whether the image holds the frames. Entries that point at
 * their own table, or at one above it, are not followed.
 * @throws PageWalkError EINVAL for a top table that is not in its image
 */
export function* compareImages(
  before: ImageTables,
  after: ImageTables,
  paging: Paging,
  { maxTables = 2 ** 19 }: { readonly maxTables?: number } = {},
): Generator<ImageChange, void, undefined> {
  const format = new EntryFormat(paging);
  const comparison = new Comparison(before.image, after.image, format, maxTables);
  const [one, other] = [before, after].map(({ image, cr3 }): Place => {
    const physical = format.tableOfCr3(cr3);
    const end = physical + format.entries[format.levels] * format.entryBytes;
    if (image.nextHole(physical, end) < end) {
      throw new PageWalkError('EINVAL', `no table at 0x${physical.toString(16)}: the image does not have it`);
    }
    return { kind: 'table', physical, properties: MAY_ALL };
  });
  let held: Difference | undefined;
  let end = 0;
  for (const difference of comparison.tables(format.levels, 0, one, other)) {
    if (held !== undefined && (end !== difference.start || !continues(held, difference))) {
      yield changeOf(held, end, format);
      held = undefined;
    }
    held ??= difference;
    end = difference.end;
  }
  if (held !== undefined) {
    yield changeOf(held, end, format);
  }
}

class Comparison {
  readonly #format: EntryFormat;
  readonly #before: Side;
  readonly #after: Side;
  #tablesLeft: number;
  readonly #seen = new TablePairs();

  constructor(before: PhysicalMemory, after: PhysicalMemory, format: EntryFormat, maxTables: number) {
    this.#format = format;
    this.#before = new Side(before, format);
    this.#after = new Side(after, format);
    this.#tablesLeft = maxTables;
  }

  /** Compares two places, at least one of which is a table of `level`. @returns whether anything differed */
  *tables(level: number, base: number, before: Place, after: Place): Generator<Difference, boolean> {
    const end = base + this.#format.span[level] * this.#format.entries[level];
    // A page opposite a table occurs at no other place: only tables are seen again.
    if (before?.kind === 'page' || after?.kind === 'page') {
      return yield* this.#entries(level, base, end, before, after);
    }
    const [one, other] = [keyOf(before, level), keyOf(after, level)];
    const sameAs = this.#seen.firstStart(one, other, base);
    if (sameAs !== undefined) {
      const changed = this.#seen.hasChanged(one, other);
      if (changed) {
        yield { kind: 'shared', start: base, end, sameAs };
      }
      return changed;
    }
    const changed = yield* this.#entries(level, base, end, before, after);
    if (changed) {
      this.#seen.setChanged(one, other);
    }
    return changed;
  }

  *#entries(
    level: number,
    base: number,
    end: number,
    before: Place,
    after: Place,
  ): Generator<Difference, boolean> {
    const format = this.#format;
    if (this.#tablesLeft === 0) {
      yield { kind: 'uncompared', start: base, end, reason: 'limit' };
      return true;
    }
    this.#tablesLeft--;
    const faults = [this.#before.open(level, before), this.#after.open(level, after)];
    if (faults.includes('unreadable')) {
      yield { kind: 'uncompared', start: base, end, reason: 'unreadable' };
      return true;
    }
    if (faults.includes('outside')) {
      if (faults[0] === faults[1]) {
        return false;
      }
      yield { kind: 'uncompared', start: base, end, reason: 'outside' };
      return true;
    }
    let changed = false;
    const span = format.span[level];
    for (let i = 0; i < format.entries[level]; i++) {
      const one = this.#before.child(before, level, i);
      const other = this.#after.child(after, level, i);
      const start = base + i * span;
      if (isPage(one) && isPage(other)) {
        if (!isSame(one, other)) {
          changed = true;
          yield { kind: 'page', start, end: start + span, before: one, after: other };
        }
      } else if (one?.kind === 'loop' || other?.kind === 'loop') {
        if (!isSame(one, other)) {
          changed = true;
          yield { kind: 'uncompared', start, end: start + span, reason: 'loop' };
        }
      } else {
        changed = (yield* this.tables(level - 1, start, one, other)) || changed;
      }
    }
    return changed;
  }
}

/** One of the images: the tables on the path under comparison, by level. */
class Side {
  readonly #image: PhysicalMemory;
  readonly #format: EntryFormat;
  readonly #words: readonly Uint32Array[];
  readonly #physical: Float64Array;

  constructor(image: PhysicalMemory, format: EntryFormat) {
    this.#image = image;
    this.#format = format;
    this.#words = format.entries.map((entries) => new Uint32Array((entries * format.entryBytes) / 4));
    this.#physical = new Float64Array(format.levels + 1).fill(-1);
  }

  /** Reads a table of `level`. A place that is no table needs no read. @returns why it cannot be read */
  open(level: number, place: Place): ReadFault | undefined {
    if (place?.kind !== 'table') {
      this.#physical[level] = -1;
      return undefined;
    }
    this.#physical[level] = place.physical;
    const words = this.#words[level];
    return readTable(this.#image, place.physical, new Uint8Array(words.buffer));
  }

  /** Entry `index` of a place: of a page, the part of it that the entry would map. */
  child(place: Place, level: number, index: number): Place {
    const format = this.#format;
    if (place?.kind === 'page') {
      return { ...place, physical: place.physical + index * format.span[level] };
    }
    if (place === undefined) {
      return undefined;
    }
    const low = format.low(this.#words[level], index);
    const high = format.high(this.#words[level], index);
    const kind = format.kindOf(low, high, level);
    if (kind !== LEAF && kind !== TABLE) {
      return undefined;
    }
    const physical = format.target(low, high, level);
    const properties = format.narrowed(place.properties, low, high, level);
    if (kind === LEAF) {
      return { kind: 'page', level, physical, properties: properties | format.leafBits(low, high, level) };
    }
    // By its level: the two images may be of two processes, whose self-maps are alike.
    const above = this.#physical.indexOf(physical, level);
    return above < 0
      ? { kind: 'table', physical, properties }
      : { kind: 'loop', physical: above, properties };
  }
}

function isPage(place: Place): place is Page | undefined {
  return place === undefined || place.kind === 'page';
}

/** A number for a table of a level and the permissions above it; -1 for no table. */
function keyOf(place: Table | undefined, level: number): number {
  return place === undefined ? -1 : (place.physical / 32) * 64 + level * 8 + place.properties;
}

function isSame(one: Place, other: Place): boolean {
  if (one === undefined || other === undefined) {
    return one === other;
  }
  return (
    one.kind === other.kind &&
    one.physical === other.physical &&
    one.properties === other.properties &&
    (one.kind !== 'page' || other.kind !== 'page' || one.level === other.level)
  );
}

/** Whether two differences are alike: for pages, with frames equally far apart. */
function continues(first: Difference, second: Difference): boolean {
  if (first.kind !== 'page' || second.kind !== 'page') {
    return first.kind === 'uncompared' && second.kind === 'uncompared' && first.reason === second.reason;
  }
  const distance = second.start - first.start;
  const follows = (one: Page | undefined, other: Page | undefined) =>
    isSame(one === undefined ? undefined : { ...one, physical: one.physical + distance }, other);
  return follows(first.before, second.before) && follows(first.after, second.after);
}

function changeOf(difference: Difference, end: number, format: EntryFormat): ImageChange {
  if (difference.kind !== 'page') {
    return { ...difference, end };
  }
  const { start, before, after } = difference;
  const mapped = (page: Page | undefined) => {
    if (page === undefined) {
      return undefined;
    }
    const merger = new FindingMerger(format);
    merger.addMapped(start, end, page.level, page.physical, page.properties);
    return merger.takeHeld() as MappedRange;
  };
  return { kind: 'changed', start, end, before: mapped(before), after: mapped(after) };
}
