import { SvgaDeviceError } from '../errors.js';
import { coTableEntryBytes, viewOf, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { FieldTypes, Struct, StructValues } from '@cg/svga-protocol';
import type { ImageMemory } from './image-memory.js';

function isSameRun(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  if (end > a.length || end > b.length) {
    return false;
  }
  for (let i = start; i < end; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}

/** A shader's tokens, as its MOB held them, in bytes of the device's memory. */
export class ShaderTokens {
  readonly tokens: Uint32Array;

  /** @param bytes whole words, accounted by the device's memory */
  constructor(readonly bytes: Uint8Array) {
    this.tokens = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
}

/**
 * One table of a DX context (SVGACOTableType): the device's own copy of its entries, which a guest reads back with
 * DX_READBACK_COTABLE. An entry is bytes in the device's layout, interpreted when it is used.
 */
export class CoTable {
  readonly entryBytes: number;
  /** The id of its MOB; SVGA3D_INVALID_ID if there is none, and then no entry either. */
  mobId: number = SVGA3D_INVALID_ID;
  /** Counts changes of entries. */
  changes = 0;
  #entries: Uint8Array = new Uint8Array(0);
  #view = viewOf(this.#entries);
  readonly #resolved = new Map<number, object>();

  constructor(readonly type: number) {
    this.entryBytes = coTableEntryBytes[type];
  }

  /** All entries, one after another. */
  get entries(): Uint8Array {
    return this.#entries;
  }

  /** Number of entries that it has room for. */
  get capacity(): number {
    return this.#entries.length / this.entryBytes;
  }

  /**
   * Makes room for `capacity` entries of zeros, which `fill` writes to.
   * @throws SvgaDeviceError ENOMEM, and as `fill`; the table is then unchanged
   */
  resize(capacity: number, memory: ImageMemory, fill: (entries: Uint8Array) => void): void {
    const entries = memory.allocate(capacity * this.entryBytes);
    try {
      fill(entries);
    } catch (error) {
      memory.free(entries);
      throw error;
    }
    const before = this.#entries;
    memory.free(before);
    this.#entries = entries;
    this.#view = viewOf(entries);
    this.changes++;
    for (const id of this.#resolved.keys()) {
      const at = id * this.entryBytes;
      if (!isSameRun(before, entries, at, at + this.entryBytes)) {
        this.forget(id, memory);
      }
    }
  }

  /** Drops all entries. */
  drop(memory: ImageMemory): void {
    this.changes++;
    for (const id of this.#resolved.keys()) {
      this.forget(id, memory);
    }
    memory.free(this.#entries);
    this.#entries = new Uint8Array(0);
    this.#view = viewOf(this.#entries);
    this.mobId = SVGA3D_INVALID_ID;
  }

  /** @throws SvgaDeviceError EINVAL for an id outside the table */
  read<F extends FieldTypes>(id: number, layout: Struct<F>): StructValues<F> {
    return layout.read(this.#view, this.#place(id));
  }

  /** Writes an entry; throws as `read`. */
  write<F extends FieldTypes>(
    id: number,
    layout: Struct<F>,
    values: StructValues<F>,
    memory: ImageMemory,
  ): void {
    const at = this.#place(id);
    if (!this.#resolved.has(id)) {
      layout.write(this.#view, at, values);
    } else {
      const before = this.#entries.slice(at, at + this.entryBytes);
      layout.write(this.#view, at, values);
      if (!isSameRun(before, this.#entries.subarray(at), 0, this.entryBytes)) {
        this.forget(id, memory);
      }
    }
    this.changes++;
  }

  /**
   * What an entry was resolved to: it is kept until the entry's bytes change, so that draws with the same definitions
   * have the same objects.
   */
  resolved(id: number): object | undefined {
    return this.#resolved.get(id);
  }

  /** Keeps what an entry was resolved to. @param object bytes that it holds are accounted in `memory` */
  keep(id: number, object: object): void {
    this.#resolved.set(id, object);
  }

  /** What is kept, by id. */
  get resolvedEntries(): Iterable<readonly [id: number, object: object]> {
    return this.#resolved;
  }

  /** Drops what an entry was resolved to. */
  forget(id: number, memory: ImageMemory): void {
    const object = this.#resolved.get(id);
    if (object !== undefined) {
      this.#resolved.delete(id);
      if (object instanceof ShaderTokens) {
        memory.free(object.bytes);
      }
    }
  }

  /** Writes a word into every entry, `at` bytes from its start. */
  setWord(at: number, word: number): void {
    for (let place = at; place < this.#entries.length; place += this.entryBytes) {
      this.#view.setUint32(place, word, true);
    }
  }

  /** Fills an entry with one byte; throws as `read`. */
  fill(id: number, byte: number, memory: ImageMemory): void {
    const at = this.#place(id);
    this.changes++;
    this.forget(id, memory);
    this.#entries.fill(byte, at, at + this.entryBytes);
  }

  #place(id: number): number {
    if (id >= this.capacity) {
      const values = { type: this.type, id, capacity: this.capacity };
      throw new SvgaDeviceError('EINVAL', 'id is outside its COTable', values);
    }
    return id * this.entryBytes;
  }
}
