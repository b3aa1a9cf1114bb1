import { PAGE_SIZE } from '@cg/pagetable';
import { eachDifference, firstDifference } from './differences.js';
import { ReplacedValues } from './replaced-values.js';
import { dropColumn, newColumn, SEEN_BY, type ValueColumn } from './value-column.js';

/** The reader that is not a surface. */
export const CPU = 0;

/** Memory for the values of other contents, by size: most programs have sizes that others had. */
const spareBytes = new Map<number, Uint8Array[]>();
const MAX_SPARE = 16;
const MAX_SPARE_BYTES = 2 ** 18;

/** A write by the device, to a surface. */
interface DeviceWrite {
  /** The surface's number. */
  readonly owner: number;
  /** Other surfaces alias the bytes. */
  readonly aliased: boolean;
  /** When, if a submission is under way. */
  readonly time: number | undefined;
}

/**
 * The set of allowed values of each byte of a buffer object, or of the image of a surface without backing. Most sets
 * have one value, the newest; pages with larger ones have a column for each further value, with its readers. What
 * submissions under way may see as well is a list of replaced runs.
 */
export class Content {
  /** The newest value of each byte. */
  readonly values: Uint8Array;
  /** All writes, in order: the first byte, the end, and the step. Only a report looks for one. */
  readonly #writes: number[] = [];
  /** The further values of each page; undefined if no byte of it has one. */
  readonly #columns: (ValueColumn[] | undefined)[] = [];
  /** The pages that have columns. */
  #pages: number[] = [];
  readonly #replaced = new ReplacedValues();
  /** Number of the surface in which the device wrote the byte last; 0 if several or none. */
  #owners: Uint8Array | undefined;

  constructor(
    /** Name in reports. */
    readonly name: string,
    readonly bytes: number,
    /** Frame of each page; undefined for a surface without backing. */
    readonly frames?: Uint32Array,
  ) {
    this.values = spareBytes.get(bytes)?.pop() ?? new Uint8Array(bytes);
  }

  /** It is no longer used: another one takes its memory over, which saves the host's page faults. */
  release(): void {
    const { bytes, values } = this;
    if (bytes <= MAX_SPARE_BYTES) {
      const spare = spareBytes.get(bytes) ?? [];
      spareBytes.set(bytes, spare);
      if (spare.length < MAX_SPARE) {
        spare.push(values.fill(0));
      }
    }
    this.#columns.forEach((columns) =>
      columns?.forEach((column) => {
        column.clearFlags(0, PAGE_SIZE);
        column.tidy();
        dropColumn(column);
      }),
    );
    this.#pages = [];
    this.#columns.length = 0;
  }

  /** The highest number of further values of a byte. */
  get furtherValues(): number {
    return this.#pages.reduce((most, page) => Math.max(most, this.#columns[page]?.length ?? 0), 0);
  }

  /** The step that wrote a byte last, from 1; 0 if none has. */
  writerOf(place: number): number {
    for (let i = this.#writes.length - 3; i >= 0; i -= 3) {
      if (this.#writes[i] <= place && place < this.#writes[i + 1]) {
        return this.#writes[i + 2];
      }
    }
    return 0;
  }

  /** A CPU has stored bytes: then they have one value. @param time when, if a submission is under way */
  store(offset: number, values: Uint8Array, step: number, time: number | undefined): void {
    const end = offset + values.length;
    if (time !== undefined) {
      this.#replace(offset, end, CPU, time);
    }
    this.#clearFlags(offset, end);
    this.#set(offset, values, step);
  }

  /** The device has written bytes of a surface: its aliases may still show the values from before. */
  writeByDevice(offset: number, values: Uint8Array, step: number, write: DeviceWrite): void {
    const { owner, aliased, time } = write;
    const end = offset + values.length;
    if (time !== undefined) {
      this.#replace(offset, end, owner, time);
    }
    if (aliased) {
      this.#becomeOlder(offset, values);
      this.#owners ??= new Uint8Array(this.bytes);
      this.#owners.fill(owner, offset, end);
    } else {
      this.#clearFlags(offset, end);
    }
    this.#set(offset, values, step);
  }

  /** The image of another surface may be read back over bytes, so its values count as newest. */
  mayComeBack(offset: number, image: Uint8Array, start: number, bytes: number): void {
    this.#addDifferent(offset, image, start, bytes, SEEN_BY.ANYONE, image, start);
    this.#owners?.fill(0, offset, offset + bytes);
  }

  /** The device may have older values of bytes, in every surface but `owner`. */
  mayBeOlder(offset: number, memory: Uint8Array, start: number, bytes: number, owner: number): void {
    this.#owners ??= new Uint8Array(this.bytes);
    const owners = this.#owners;
    for (let place = offset; place < offset + bytes; place++) {
      owners[place] = owners[place] === 0 || owners[place] === owner ? owner : 0;
    }
    this.#addDifferent(offset, memory, start, bytes, SEEN_BY.ALIASES, memory, start);
  }

  /** Whether a value is the newest, or counts as newest. */
  isNewest(place: number, value: number): boolean {
    return this.values[place] === value || (this.#seenBy(place, value) & SEEN_BY.ANYONE) !== 0;
  }

  /**
   * Whether a reader, a surface's number or `CPU`, may see a value of a byte.
   * @param since when the reading submission began: a value replaced later may be seen as well
   */
  allows(place: number, value: number, reader: number, since: number): boolean {
    if (this.values[place] === value) {
      return true;
    }
    const flags = this.#seenBy(place, value);
    return (
      (flags & SEEN_BY.ANYONE) !== 0 ||
      ((flags & SEEN_BY.ALIASES) !== 0 && reader !== CPU && this.#owners?.[place] !== reader) ||
      this.#replaced.allows(place, value, reader, since)
    );
  }

  /** A CPU has loaded bytes: if they are the newest, all readers must see them from now on. */
  settle(offset: number, seen: Uint8Array, time: number | undefined): void {
    this.#eachPage(offset, offset + seen.length, (columns, first, last, page) => {
      if (columns.some(({ hasFlags }) => hasFlags)) {
        this.#settlePage(page + first, seen, page + first - offset, page + last, time);
      }
    });
  }

  #settlePage(offset: number, seen: Uint8Array, from: number, end: number, time: number | undefined): void {
    const { values } = this;
    if (time !== undefined) {
      this.#replaceFlagged(offset, end, CPU, time);
    }
    let settled = offset;
    eachDifference(values, offset, seen, from, end - offset, (i) => {
      const value = seen[from + i];
      this.#clearFlags(settled, offset + i);
      settled = offset + i;
      if (this.isNewest(settled, value)) {
        if (time !== undefined) {
          this.#replaced.add(settled, settled + 1, CPU, time, values, settled);
        }
        values[settled] = value;
        this.#clearFlags(settled, settled + 1);
      }
      settled++;
    });
    this.#clearFlags(settled, end);
  }

  /** Only submissions that began at a time or later are under way. @returns whether replaced values are left */
  forgetReplaced(since: number): boolean {
    this.#replaced.forget(since);
    if (this.#pages.length > 0) {
      this.#dropColumns();
    }
    return !this.#replaced.isEmpty;
  }

  /** Drops older values that no surface can show any more. @param isThere whether memory or an image has it */
  forgetOlder(isThere: (place: number, value: number) => boolean): void {
    for (const page of this.#pages) {
      for (const { values, seenBy, start, end } of this.#columns[page] ?? []) {
        for (let at = start; at < end; at++) {
          if ((seenBy[at] & SEEN_BY.ALIASES) !== 0 && !isThere(page * PAGE_SIZE + at, values[at])) {
            seenBy[at] &= ~SEEN_BY.ALIASES;
          }
        }
      }
    }
    this.#dropColumns();
  }

  #dropColumns(): void {
    this.#pages = this.#pages.filter((page) => {
      const columns = this.#columns[page]?.filter((column) => {
        const isKept = column.tidy();
        if (!isKept) {
          dropColumn(column);
        }
        return isKept;
      });
      this.#columns[page] = columns?.length === 0 ? undefined : columns;
      return this.#columns[page] !== undefined;
    });
  }

  #set(offset: number, values: Uint8Array, step: number): void {
    this.values.set(values, offset);
    this.#writes.push(offset, offset + values.length, step);
  }

  /** Calls back for each page of a range that has columns, with the part of the page. */
  #eachPage(
    offset: number,
    end: number,
    visit: (columns: ValueColumn[], first: number, last: number, page: number) => void,
  ): void {
    for (let start = offset; start < end && this.#pages.length > 0; start = pageEnd(start, end)) {
      const first = start % PAGE_SIZE;
      const columns = this.#columns[(start - first) / PAGE_SIZE];
      if (columns !== undefined) {
        visit(columns, first, first + pageEnd(start, end) - start, start - first);
      }
    }
  }

  #clearFlags(offset: number, end: number): void {
    this.#eachPage(offset, end, (columns, first, last) =>
      columns.forEach((column) => column.clearFlags(first, last)),
    );
  }

  /** The values of bytes are replaced while submissions are under way, which may see them. */
  #replace(offset: number, end: number, by: number, time: number): void {
    this.#replaceFlagged(offset, end, by, time);
    this.#replaced.add(offset, end, by, time, this.values, offset);
  }

  #replaceFlagged(offset: number, end: number, by: number, time: number): void {
    this.#eachPage(offset, end, (columns, first, last, page) => {
      for (const column of columns) {
        let at = column.hasFlags ? column.nextFlagged(first, last) : last;
        while (at < last) {
          const stop = column.flaggedEnd(at, last);
          this.#replaced.add(page + at, page + stop, by, time, column.values, at);
          at = column.nextFlagged(stop, last);
        }
      }
    });
  }

  /** The allowed values of bytes become older than the new one: only aliases may still see them. */
  #becomeOlder(offset: number, newer: Uint8Array): void {
    this.#eachPage(offset, offset + newer.length, (columns, first, last) =>
      columns.forEach((column) => column.changeFlags(first, last, SEEN_BY.ALIASES)),
    );
    this.#addDifferent(offset, newer, 0, newer.length, SEEN_BY.ALIASES, this.values, offset);
  }

  /**
   * Where bytes differ from the newest values, readers with the flags may see further values.
   * @param further has these, the first one at `from`
   */
  #addDifferent(
    offset: number,
    other: Uint8Array,
    start: number,
    bytes: number,
    flags: number,
    further: Uint8Array,
    from: number,
  ): void {
    const { values } = this;
    for (let i = firstDifference(values, offset, other, start, bytes); i < bytes; i++) {
      if (values[offset + i] !== other[start + i]) {
        this.#add(offset + i, further[from + i], flags);
      }
    }
  }

  #seenBy(place: number, value: number): number {
    const at = place % PAGE_SIZE;
    const columns = this.#columns[(place - at) / PAGE_SIZE];
    let flags = 0;
    if (columns !== undefined) {
      for (const { values, seenBy } of columns) {
        flags |= values[at] === value ? seenBy[at] : 0;
      }
    }
    return flags;
  }

  /** Readers with the flags may see a value, which may be in the set. */
  #add(place: number, value: number, flags: number): void {
    const at = place % PAGE_SIZE;
    const page = (place - at) / PAGE_SIZE;
    let columns = this.#columns[page];
    if (columns === undefined) {
      columns = [];
      this.#columns[page] = columns;
      this.#pages.push(page);
    }
    let free: ValueColumn | undefined;
    for (const column of columns) {
      if (column.seenBy[at] === 0) {
        free ??= column;
      } else if (column.values[at] === value) {
        column.add(at, value, flags);
        return;
      }
    }
    if (free === undefined) {
      free = newColumn();
      columns.push(free);
    }
    free.add(at, value, flags);
  }
}

/** The end of a range, or of the page in which it starts. */
function pageEnd(start: number, end: number): number {
  return Math.min(end, start - (start % PAGE_SIZE) + PAGE_SIZE);
}
