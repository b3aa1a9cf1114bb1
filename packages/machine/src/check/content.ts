/** Who may see a value of a byte besides its newest. Flags. */
export const SEEN_BY = {
  /** Everybody: it is as new. Two images have different bytes, and which one comes back to memory is not promised. */
  ANYONE: 1,
  /** The device, in every surface but the byte's owner, until a CPU has looked. */
  ALIASES: 2,
  /** Everybody, until the submissions under way are over: nothing orders them and a store (rule 1.1). */
  DURING: 4,
  /** CPUs, until the submissions under way are over: nothing orders a load and what their commands write. */
  LOADS_DURING: 8,
} as const;

/** The reader that is no surface. */
export const CPU = 0;

/** One more value that bytes may have, and who may see it; nobody where the flags are 0. */
interface Alternative {
  readonly values: Uint8Array;
  readonly seenBy: Uint8Array;
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
    this.#supersede(offset, values.length, during ? SEEN_BY.DURING : 0, 0);
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
    const left = (during ? SEEN_BY.LOADS_DURING : 0) | (aliased ? SEEN_BY.ALIASES : 0);
    this.#supersede(offset, values.length, left, aliased ? SEEN_BY.ALIASES : 0);
    this.#set(offset, values, step);
    if (aliased) {
      this.#owners ??= new Uint8Array(this.bytes);
      this.#owners.fill(owner, offset, end);
    }
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
    if (this.values[place] === value) {
      return true;
    }
    const seenBy = this.#seenBy(place, value);
    const forAll = SEEN_BY.ANYONE | SEEN_BY.DURING;
    if (reader === CPU) {
      return (seenBy & (forAll | SEEN_BY.LOADS_DURING)) !== 0;
    }
    return (seenBy & forAll) !== 0 || ((seenBy & SEEN_BY.ALIASES) !== 0 && this.#owners?.[place] !== reader);
  }

  /** A CPU has seen bytes: where they are the newest, everybody has to see just that from now on. */
  settle(offset: number, seen: Uint8Array, during: boolean): void {
    if (this.#alternatives.length === 0) {
      return;
    }
    for (let i = 0; i < seen.length; i++) {
      const place = offset + i;
      if (this.isNewest(place, seen[i])) {
        if (this.values[place] !== seen[i]) {
          const before = this.values[place];
          this.values[place] = seen[i];
          this.#add(place, before, SEEN_BY.ANYONE);
        }
        this.#demote(place, during ? SEEN_BY.DURING : 0, 0);
      }
    }
  }

  /** The submissions under way are over, as far as bytes go that were written meanwhile. */
  endDuring(offset: number, bytes: number): void {
    const left = SEEN_BY.ANYONE | SEEN_BY.ALIASES;
    for (const { seenBy } of this.#alternatives) {
      for (let place = offset; place < offset + bytes; place++) {
        seenBy[place] &= left;
      }
    }
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

  /**
   * Bytes get another value: who may see the newest ones from then on.
   * @param kept flags that older ones keep
   */
  #supersede(offset: number, bytes: number, becomes: number, kept: number): void {
    if (this.#alternatives.length > 0) {
      for (let place = offset; place < offset + bytes; place++) {
        this.#demote(place, becomes, kept);
      }
    }
    if (becomes !== 0) {
      for (let place = offset; place < offset + bytes; place++) {
        this.#add(place, this.values[place], becomes);
      }
    }
  }

  #demote(place: number, becomes: number, kept: number): void {
    const { ANYONE, ALIASES, DURING, LOADS_DURING } = SEEN_BY;
    for (const { seenBy } of this.#alternatives) {
      const before = seenBy[place];
      if (before !== 0) {
        const wasCurrent = (before & (ANYONE | ALIASES | DURING)) !== 0;
        seenBy[place] = (before & (kept | LOADS_DURING)) | (wasCurrent ? becomes : 0);
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
