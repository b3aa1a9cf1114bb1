import { SvgaDeviceError } from '../errors.js';
import { coTableEntryBytes, viewOf, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { FieldTypes, Struct, StructValues } from '@cg/svga-protocol';
import type { ImageMemory } from './image-memory.js';

/**
 * One table of a DX context (SVGACOTableType): the device's own copy of its entries, which a guest reads back with
 * DX_READBACK_COTABLE. An entry is bytes in the device's layout, interpreted when it is used.
 */
export class CoTable {
  readonly entryBytes: number;
  /** The id of its MOB; SVGA3D_INVALID_ID if there is none, and then no entry either. */
  mobId: number = SVGA3D_INVALID_ID;
  #entries: Uint8Array = new Uint8Array(0);
  #view = viewOf(this.#entries);

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
    memory.free(this.#entries);
    this.#entries = entries;
    this.#view = viewOf(entries);
  }

  /** Drops all entries. */
  drop(memory: ImageMemory): void {
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
  write<F extends FieldTypes>(id: number, layout: Struct<F>, values: StructValues<F>): void {
    layout.write(this.#view, this.#place(id), values);
  }

  /** Writes a word into every entry, `at` bytes from its start. */
  setWord(at: number, word: number): void {
    for (let place = at; place < this.#entries.length; place += this.entryBytes) {
      this.#view.setUint32(place, word, true);
    }
  }

  /** Fills an entry with one byte; throws as `read`. */
  fill(id: number, byte: number): void {
    const at = this.#place(id);
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
