/** Who may see a value of a byte besides its newest. Flags. */
const SEEN_BY = {
  /** Everybody: it is as new. Two images have different bytes, and which one comes back to memory is not promised. */
  ANYONE: 1,
  /** The device, in every surface but the byte's owner, until a CPU has looked. */
  ALIASES: 2,
} as const;

/** The reader that is no surface. */
export const CPU = 0;

/** One more value that bytes may have, and who may see it; nobody where the flags are 0. */
interface Alternative {
  readonly values: Uint8Array;
  readonly seenBy: Uint8Array;
}

/** What bytes held before they were written, or seen, while a submission is under way. */
interface Superseded {
  readonly offset: number;
  readonly values: Uint8Array;
  /** Where it is 0, the value does not count. All count without it. */
  readonly seenBy: Uint8Array | undefined;
  /** The surface by which the device wrote them: its commands are in order, so it does not see what was before. */
  readonly owner: number | undefined;
}

/**
 * What the bytes of a buffer object may be, for whoever is asked: the newest value of each and the step that wrote
 * it, and the others that somebody may see. Of a surface without backing the same for its image. Its size is that of
 * what it describes; another value that a byte may have takes two bytes a byte, however long the run.
 */
export class Content {
  readonly values: Uint8Array;
  /** Step that wrote the byte, from 1; 0 where nothing has. */
  readonly writers: Uint32Array;
  /** What had the bytes is gone. */
  isFreed = false;
  readonly #alternatives: Alternative[] = [];
  /** Number of the surface that the device wrote last at a byte; 0 where there are several, or none. */
  #owners: Uint8Array | undefined;
  /** In the order in which it happened, until the submissions under way are over. */
  #superseded: Superseded[] = [];

  constructor(
    /** How a report calls it. */
    readonly name: string,
    readonly bytes: number,
    /** Frame of each page; undefined for what only the device has. */
    readonly frames?: Uint32Array,
  ) {
    this.values = new Uint8Array(bytes);
    this.writers = new Uint32Array(bytes);
  }

  /** How many values besides the newest any byte may have, at most. */
  get alternatives(): number {
    return this.#alternatives.length;
  }

  /** A CPU has stored bytes. @param during a submission is under way */
  store(offset: number, values: Uint8Array, step: number, during: boolean): void {
    if (during) {
      this.#keepSuperseded(offset, values.length, undefined);
    }
    this.#alternatives.forEach(({ seenBy }) => seenBy.fill(0, offset, offset + values.length));
    this.#set(offset, values, step);
  }

  /**
   * The device has written bytes of a surface.
   * @param owner the surface's number
   * @param aliased others lie in the same bytes
   */
  writeByDevice(
    offset: number,
    values: Uint8Array,
    step: number,
    {
      owner,
      aliased,
      during,
    }: { readonly owner: number; readonly aliased: boolean; readonly during: boolean },
  ): void {
    const end = offset + values.length;
    if (during) {
      this.#keepSuperseded(offset, values.length, owner);
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

  /** The image of another surface may come back to memory over a byte: its value is as new. */
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

  /** Whether a value is the newest, or as new. */
  isNewest(place: number, value: number): boolean {
    return this.values[place] === value || (this.#seenBy(place, value) & SEEN_BY.ANYONE) !== 0;
  }

  /** Whether a reader, a surface's number or `CPU`, may see a value of a byte. */
  allows(place: number, value: number, reader: number): boolean {
    if (this.isNewest(place, value)) {
      return true;
    }
    const isOlder = (this.#seenBy(place, value) & SEEN_BY.ALIASES) !== 0;
    if (isOlder && reader !== CPU && this.#owners?.[place] !== reader) {
      return true;
    }
    for (let i = this.#superseded.length - 1; i >= 0; i--) {
      const { offset, values, seenBy, owner } = this.#superseded[i];
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

  /** A CPU has seen bytes: where they are the newest, everybody has to see just that from now on. */
  settle(offset: number, seen: Uint8Array, during: boolean): void {
    if (this.#alternatives.length === 0) {
      return;
    }
    if (during) {
      this.#keepSuperseded(offset, seen.length, undefined);
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

  /** The submissions under way are over: nothing that was written meanwhile is concurrent with what follows. */
  endSubmissions(): void {
    this.#superseded = [];
  }

  /** Forgets older values that no surface can show any more. @param isThere whether memory or an image has it */
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

  #keepSuperseded(offset: number, bytes: number, owner: number | undefined): void {
    const end = offset + bytes;
    this.#superseded.push({ offset, values: this.values.slice(offset, end), seenBy: undefined, owner });
    for (const alternative of this.#alternatives) {
      const seenBy = alternative.seenBy.slice(offset, end);
      if (seenBy.some((flags) => flags !== 0)) {
        this.#superseded.push({ offset, values: alternative.values.slice(offset, end), seenBy, owner });
      }
    }
  }

  /** What bytes may be is older than what they get: only aliases may see it from then on. */
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
