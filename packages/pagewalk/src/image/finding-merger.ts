import { ENTRY_SPAN } from '@cg/pagetable';
import { IS_DEVICE, IS_GLOBAL, MAY_EXECUTE, MAY_USER, MAY_WRITE } from './image-entry.js';
import type { ImageFinding, TableFault } from './memory-image.js';

const NOTHING = 0;
const MAPPED = 1;
const SHARED = 2;
const DAMAGE = 3;

/**
 * Joins what continues the last finding and holds that one back until something does not. Entries come by
 * virtual address; each `add…` says whether its entry went into the finding that is held back. If not, the
 * caller takes that one and adds the entry again. Nothing is allocated for an entry that continues one.
 */
export class FindingMerger {
  #kind = NOTHING;
  #start = 0;
  #end = 0;
  #level = 0;
  /** Physical: of a mapping's start, of a shared table, of the first damaged entry's target. */
  #physical = 0;
  #permissions = 0;
  #sameAs = 0;
  #fault: TableFault = 'loop';
  #entry = 0;
  #entries = 0;
  #low = 0;
  #high = 0;

  addMapped(start: number, end: number, level: number, physical: number, permissions: number): boolean {
    if (this.#kind === NOTHING) {
      this.#begin(MAPPED, start, end, level, physical);
      this.#permissions = permissions;
      return true;
    }
    const continues =
      this.#kind === MAPPED &&
      this.#end === start &&
      this.#level === level &&
      this.#permissions === permissions &&
      this.#physical + (start - this.#start) === physical;
    return this.#continue(continues, end);
  }

  addShared(
    start: number,
    end: number,
    level: number,
    table: number,
    permissions: number,
    sameAs: number,
  ): boolean {
    if (this.#kind === NOTHING) {
      this.#begin(SHARED, start, end, level, table);
      this.#permissions = permissions;
      this.#sameAs = sameAs;
      return true;
    }
    const continues =
      this.#kind === SHARED &&
      this.#end === start &&
      this.#level === level &&
      this.#physical === table &&
      this.#permissions === permissions &&
      // A clipped first repetition starts elsewhere in the table than the following ones.
      this.#sameAs === sameAs;
    return this.#continue(continues, end);
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
  ): boolean {
    if (this.#kind === NOTHING) {
      this.#begin(DAMAGE, start, end, level, target);
      this.#fault = fault;
      this.#entry = entry;
      this.#entries = 1;
      this.#low = low;
      this.#high = high;
      return true;
    }
    const continues =
      this.#kind === DAMAGE &&
      this.#end === start &&
      this.#fault === fault &&
      this.#level === level &&
      this.#entry + this.#entries * 8 === entry;
    this.#entries += continues ? 1 : 0;
    return this.#continue(continues, end);
  }

  /** Hands over the finding that is held back; undefined where there is none. */
  take(): ImageFinding | undefined {
    const kind = this.#kind;
    this.#kind = NOTHING;
    const where = { start: this.#start, end: this.#end };
    switch (kind) {
      case MAPPED:
        return {
          kind: 'mapped',
          ...where,
          physical: this.#physical,
          pageSize: ENTRY_SPAN[this.#level],
          writable: (this.#permissions & MAY_WRITE) !== 0,
          executable: (this.#permissions & MAY_EXECUTE) !== 0,
          user: (this.#permissions & MAY_USER) !== 0,
          global: (this.#permissions & IS_GLOBAL) !== 0,
          device: (this.#permissions & IS_DEVICE) !== 0,
        };
      case SHARED:
        return {
          kind: 'shared',
          ...where,
          level: this.#level,
          table: this.#physical,
          sameAs: this.#sameAs,
        };
      case DAMAGE:
        return {
          kind: 'damage',
          fault: this.#fault,
          ...where,
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

  #begin(kind: number, start: number, end: number, level: number, physical: number): void {
    this.#kind = kind;
    this.#start = start;
    this.#end = end;
    this.#level = level;
    this.#physical = physical;
  }

  #continue(continues: boolean, end: number): boolean {
    if (continues) {
      this.#end = end;
    }
    return continues;
  }
}
