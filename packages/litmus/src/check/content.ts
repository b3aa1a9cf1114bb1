/** Flags: which readers may see a value of a byte that is not its newest. */
const SEEN_BY = {
  /** All readers: it counts as newest. Two images differ, and either may be read back to memory. */
  ANYONE: 1,
  /** The device, in every surface but the byte's owner, until a CPU has loaded the byte. */
  ALIASES: 2,
} as const;

/** The reader that is not a surface. */
export const CPU = 0;

/** Another allowed value of bytes, and the readers that may see it; none if the flags are 0. */
interface Alternative {
  readonly values: Uint8Array;
  readonly seenBy: Uint8Array;
}

/** The old value of bytes that are written, or loaded, while a submission is under way. */
interface Superseded {
  /** When they got another value. */
  readonly time: number;
  readonly offset: number;
  readonly values: Uint8Array;
  /** A mask of bytes with the value; without a mask all bytes. */
  readonly seenBy: Uint8Array | undefined;
  /** The surface that the device wrote, or CPU: its own accesses are in order, so it does not see older values. */
  readonly owner: number;
}

/**
 * The allowed values of the bytes of a buffer object, or of the image of a surface without backing: the newest value of
 * each, the step that wrote it, and other values that some reader may see. Each other value takes two bytes per byte,
 * independent of the length of the run.
 */
export class Content {
  readonly values: Uint8Array;
  /** Step that wrote the byte, from 1; 0 if none has. */
  readonly writers: Uint32Array;
  readonly #alternatives: Alternative[] = [];
  /** Number of the surface in which the device wrote the byte last; 0 if several or none. */
  #owners: Uint8Array | undefined;
  /** In order of events, until no submission from before is under way. */
  #superseded: Superseded[] = [];

  constructor(
    /** Name in reports. */
    readonly name: string,
    readonly bytes: number,
    /** Frame of each page; undefined for a surface without backing. */
    readonly frames?: Uint32Array,
  ) {
    this.values = new Uint8Array(bytes);
    this.writers = new Uint32Array(bytes);
  }

  /** The highest number of other values of any byte. */
  get alternatives(): number {
    return this.#alternatives.length;
  }

  /** A CPU has stored bytes. @param time when, if a submission is under way */
  store(offset: number, values: Uint8Array, step: number, time: number | undefined): void {
    if (time !== undefined) {
      this.#keepSuperseded(offset, values.length, CPU, time);
    }
    this.#alternatives.forEach(({ seenBy }) => seenBy.fill(0, offset, offset + values.length));
    this.#set(offset, values, step);
  }

  /**
   * The device has written bytes of a surface.
   * @param owner the surface's number
   * @param aliased other surfaces alias the bytes
   * @param time when, if a submission is under way
   */
  writeByDevice(
    offset: number,
    values: Uint8Array,
    step: number,
    {
      owner,
      aliased,
      time,
    }: { readonly owner: number; readonly aliased: boolean; readonly time: number | undefined },
  ): void {
    const end = offset + values.length;
    if (time !== undefined) {
      this.#keepSuperseded(offset, values.length, owner, time);
    }
    if (aliased) {
      this.#becomeOlder(offset, values);
      this.#owners ??= new Uint8Array(this.bytes);
      this.#owners.fill(owner, offset, end);
    } else {
      this.#alternatives.forEach(({ seenBy }) => seenBy.fill(0, offset, end));
    }
    this.#set(offset, values, step);
  }

  /** The image of another surface may be read back over a byte, so its value counts as newest. */
  mayComeBack(place: number, value: number): void {
    if (value !== this.values[place]) {
      this.#add(place, value, SEEN_BY.ANYONE);
    }
    if (this.#owners !== undefined) {
      this.#owners[place] = 0;
    }
  }

  /** The device may have an older value of a byte, in every surface but `owner`. */
  mayBeOlder(place: number, value: number, owner: number): void {
    this.#owners ??= new Uint8Array(this.bytes);
    const before = this.#owners[place];
    this.#owners[place] = before === 0 || before === owner ? owner : 0;
    this.#add(place, value, SEEN_BY.ALIASES);
  }

  /** Whether a value is the newest, or counts as newest. */
  isNewest(place: number, value: number): boolean {
    return this.values[place] === value || (this.#seenBy(place, value) & SEEN_BY.ANYONE) !== 0;
  }

  /**
   * Whether a reader, a surface's number or `CPU`, may see a value of a byte.
   * @param since when the reading submission began: a value superseded later may be seen as well
   */
  allows(place: number, value: number, reader: number, since: number): boolean {
    if (this.isNewest(place, value)) {
      return true;
    }
    const isOlder = (this.#seenBy(place, value) & SEEN_BY.ALIASES) !== 0;
    if (isOlder && reader !== CPU && this.#owners?.[place] !== reader) {
      return true;
    }
    for (let i = this.#superseded.length - 1; i >= 0; i--) {
      const { time, offset, values, seenBy, owner } = this.#superseded[i];
      if (time < since) {
        return false;
      }
      const at = place - offset;
      if (at < 0 || at >= values.length) {
        continue;
      }
      if (owner === reader) {
        return false;
      }
      if (values[at] === value && (seenBy === undefined || seenBy[at] !== 0)) {
        return true;
      }
    }
    return false;
  }

  /** A CPU has loaded bytes: if they are the newest, all readers must see them from now on. */
  settle(offset: number, seen: Uint8Array, time: number | undefined): void {
    if (this.#alternatives.length === 0) {
      return;
    }
    if (time !== undefined) {
      this.#keepSuperseded(offset, seen.length, CPU, time);
    }
    for (let i = 0; i < seen.length; i++) {
      const place = offset + i;
      if (this.isNewest(place, seen[i])) {
        this.values[place] = seen[i];
        for (const { seenBy } of this.#alternatives) {
          seenBy[place] = 0;
        }
      }
    }
  }

  /** Only submissions that began at a time or later are under way. @returns whether superseded values are left */
  forgetSuperseded(since: number): boolean {
    this.#superseded = this.#superseded.filter(({ time }) => time >= since);
    return this.#superseded.length > 0;
  }

  /** Drops older values that no surface can show any more. @param isThere whether memory or an image has it */
  forgetOlder(isThere: (place: number, value: number) => boolean): void {
    for (const { values, seenBy } of this.#alternatives) {
      for (let place = 0; place < this.bytes; place++) {
        if ((seenBy[place] & SEEN_BY.ALIASES) !== 0 && !isThere(place, values[place])) {
          seenBy[place] &= ~SEEN_BY.ALIASES;
        }
      }
    }
  }

  #set(offset: number, values: Uint8Array, step: number): void {
    this.values.set(values, offset);
    this.writers.fill(step, offset, offset + values.length);
  }

  #keepSuperseded(offset: number, bytes: number, owner: number, time: number): void {
    const end = offset + bytes;
    this.#superseded.push({ time, offset, values: this.values.slice(offset, end), seenBy: undefined, owner });
    for (const alternative of this.#alternatives) {
      const seenBy = alternative.seenBy.slice(offset, end);
      if (seenBy.some((flags) => flags !== 0)) {
        this.#superseded.push({ time, offset, values: alternative.values.slice(offset, end), seenBy, owner });
      }
    }
  }

  /** The allowed values of bytes become older than the new one: only aliases may still see them. */
  #becomeOlder(offset: number, newer: Uint8Array): void {
    const end = offset + newer.length;
    for (const { seenBy } of this.#alternatives) {
      for (let place = offset; place < end; place++) {
        seenBy[place] = seenBy[place] === 0 ? 0 : SEEN_BY.ALIASES;
      }
    }
    for (let place = offset; place < end; place++) {
      if (this.values[place] !== newer[place - offset]) {
        this.#add(place, this.values[place], SEEN_BY.ALIASES);
      }
    }
  }

  #seenBy(place: number, value: number): number {
    for (const { values, seenBy } of this.#alternatives) {
      if (values[place] === value && seenBy[place] !== 0) {
        return seenBy[place];
      }
    }
    return 0;
  }

  #add(place: number, value: number, flag: number): void {
    let free: Alternative | undefined;
    for (const alternative of this.#alternatives) {
      const { values, seenBy } = alternative;
      if (seenBy[place] === 0) {
        free ??= alternative;
      } else if (values[place] === value) {
        seenBy[place] |= flag;
        return;
      }
    }
    if (free === undefined) {
      free = { values: new Uint8Array(this.bytes), seenBy: new Uint8Array(this.bytes) };
      this.#alternatives.push(free);
    }
    free.values[place] = value;
    free.seenBy[place] = flag;
  }
}
