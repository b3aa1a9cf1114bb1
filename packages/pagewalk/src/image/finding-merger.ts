import {
  HAS_PAT,
  IS_ACCESSED,
  IS_CACHE_DISABLED,
  IS_DEVICE,
  IS_DIRTY,
  IS_GLOBAL,
  IS_WRITE_THROUGH,
  KEY_SHIFT,
  MAY_EXECUTE,
  MAY_USER,
  MAY_WRITE,
  type EntryFormat,
} from './entry-format.js';
import type { ImageFinding, MappedRange, TableFault } from './findings.js';

const NOTHING = 0;
const MAPPED = 1;
const SHARED = 2;
const SELF_MAP = 3;
const DAMAGE = 4;

/**
 * Joins entries into findings: it holds the last finding until an entry does not continue it. Entries come by virtual
 * address; one that does not continue the held finding finishes it, and the caller takes that before it adds another.
 * An entry that continues one allocates nothing.
 */
export class FindingMerger {
  readonly #format: EntryFormat;
  #finished: ImageFinding | undefined;
  #kind = NOTHING;
  #start = 0;
  #end = 0;
  #level = 0;
  /** Physical address: of a mapping's start, of a shared table or a self-map's, of the first damaged entry's target. */
  #physical = 0;
  /** All properties of a mapping; the permissions of a shared table. */
  #properties = 0;
  #sameAs = 0;
  #fault: TableFault = 'loop';
  #entry = 0;
  #entries = 0;
  #low = 0;
  #high = 0;

  constructor(format: EntryFormat) {
    this.#format = format;
  }

  addMapped(start: number, end: number, level: number, physical: number, properties: number): void {
    if (
      this.#kind === MAPPED &&
      this.#end === start &&
      this.#level === level &&
      this.#properties === properties &&
      this.#physical + (start - this.#start) === physical
    ) {
      this.#end = end;
      return;
    }
    this.#begin(MAPPED, start, end, level, physical);
    this.#properties = properties;
  }

  addShared(
    start: number,
    end: number,
    level: number,
    table: number,
    permissions: number,
    sameAs: number,
  ): void {
    if (
      this.#kind === SHARED &&
      this.#end === start &&
      this.#level === level &&
      this.#physical === table &&
      this.#properties === permissions &&
      // Repetitions are whole: one that the range clips is not joined.
      this.#sameAs === sameAs &&
      end - start === this.#format.span[level] * this.#format.entries[level]
    ) {
      this.#end = end;
      return;
    }
    this.#begin(SHARED, start, end, level, table);
    this.#properties = permissions;
    this.#sameAs = sameAs;
  }

  addSelfMap(start: number, end: number, level: number, table: number, entry: number): void {
    if (this.#kind === SELF_MAP && this.#physical === table && this.#continuesAt(start, entry)) {
      this.#end = end;
      this.#entries++;
      return;
    }
    this.#begin(SELF_MAP, start, end, level, table);
    this.#entry = entry;
    this.#entries = 1;
  }

  addDamage(
    fault: TableFault,
    start: number,
    end: number,
    level: number,
    entry: number,
    low: number,
    high: number,
    target: number,
  ): void {
    if (
      this.#kind === DAMAGE &&
      this.#fault === fault &&
      this.#level === level &&
      this.#continuesAt(start, entry)
    ) {
      this.#end = end;
      this.#entries++;
      return;
    }
    this.#begin(DAMAGE, start, end, level, target);
    this.#fault = fault;
    this.#entry = entry;
    this.#entries = 1;
    this.#low = low;
    this.#high = high;
  }

  /** Returns and clears the finding that the last entry did not continue; undefined if there is none. */
  takeFinished(): ImageFinding | undefined {
    const finished = this.#finished;
    this.#finished = undefined;
    return finished;
  }

  /** Returns and clears the held finding; undefined if there is none. */
  takeHeld(): ImageFinding | undefined {
    const held = this.#held();
    this.#kind = NOTHING;
    return held;
  }

  #held(): ImageFinding | undefined {
    switch (this.#kind) {
      case MAPPED:
        return this.#mapped();
      case SHARED:
        return {
          kind: 'shared',
          start: this.#start,
          end: this.#end,
          level: this.#level,
          span: this.#format.span[this.#level] * this.#format.entries[this.#level],
          table: this.#physical,
          sameAs: this.#sameAs,
        };
      case SELF_MAP:
        return {
          kind: 'self-map',
          start: this.#start,
          end: this.#end,
          level: this.#level,
          table: this.#physical,
          entry: this.#entry,
          entries: this.#entries,
        };
      case DAMAGE:
        return {
          kind: 'damage',
          fault: this.#fault,
          start: this.#start,
          end: this.#end,
          level: this.#level,
          entry: this.#entry,
          entries: this.#entries,
          low: this.#low,
          high: this.#high,
          target: this.#physical,
        };
      default:
        return undefined;
    }
  }

  #mapped(): MappedRange {
    const properties = this.#properties;
    return {
      kind: 'mapped',
      start: this.#start,
      end: this.#end,
      physical: this.#physical,
      pageSize: this.#format.span[this.#level],
      writable: (properties & MAY_WRITE) !== 0,
      executable: (properties & MAY_EXECUTE) !== 0,
      user: (properties & MAY_USER) !== 0,
      global: (properties & IS_GLOBAL) !== 0,
      accessed: (properties & IS_ACCESSED) !== 0,
      dirty: (properties & IS_DIRTY) !== 0,
      writeThrough: (properties & IS_WRITE_THROUGH) !== 0,
      cacheDisabled: (properties & IS_CACHE_DISABLED) !== 0,
      pat: (properties & HAS_PAT) !== 0,
      protectionKey: properties >>> KEY_SHIFT,
      device: (properties & IS_DEVICE) !== 0,
    };
  }

  #begin(kind: number, start: number, end: number, level: number, physical: number): void {
    this.#finished = this.#held();
    this.#kind = kind;
    this.#start = start;
    this.#end = end;
    this.#level = level;
    this.#physical = physical;
  }

  /** Whether an entry and its range directly follow the held ones. */
  #continuesAt(start: number, entry: number): boolean {
    return this.#end === start && this.#entry + this.#entries * this.#format.entryBytes === entry;
  }
}
