import type { BackingCursor } from '../memory/backing-cursor.js';
import { SvgaDeviceError } from '../errors.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import { objectTableEntryBytes } from '@cg/svga-protocol';
import type { FieldTypes, Struct, StructValues } from '@cg/svga-protocol';

/** The largest entry: SVGAOTableSurfaceEntry and SVGAOTableScreenTargetEntry. */
const MAX_ENTRY_BYTES = Math.max(...objectTableEntryBytes);

/**
 * The guest-backed object tables, by SVGAOTableType.
 *
 * The device keeps every object in its own memory and works from that alone. The tables are written, entry by entry,
 * as objects are defined, bound and destroyed, and are never read: a guest that overwrites its table changes nothing
 * in the device. A table's size bounds the ids of its type, and without a table there is no object of that type.
 */
export class ObjectTables {
  readonly #cursor: BackingCursor;
  readonly #tables: (GuestBacking | undefined)[] = objectTableEntryBytes.map(() => undefined);
  readonly #entry = new Uint8Array(MAX_ENTRY_BYTES);
  readonly #entryView = new DataView(this.#entry.buffer);

  constructor(cursor: BackingCursor) {
    this.#cursor = cursor;
  }

  /** Replaces a table; undefined removes it. */
  set(type: number, backing: GuestBacking | undefined): void {
    this.#tables[type] = backing;
  }

  /** The table of a type; undefined if there is none. */
  backing(type: number): GuestBacking | undefined {
    return this.#tables[type];
  }

  /** Number of entries in a table: ids are below it. */
  capacity(type: number): number {
    const backing = this.#tables[type];
    return backing === undefined ? 0 : Math.floor(backing.bytes / objectTableEntryBytes[type]);
  }

  /**
   * Writes the entry of `id`.
   * @throws SvgaDeviceError EINVAL for an id outside the table, EFAULT if the table's page list leads outside
   * memory
   */
  write<F extends FieldTypes>(type: number, id: number, layout: Struct<F>, values: StructValues<F>): void {
    layout.write(this.#entryView, 0, values);
    this.#store(type, id);
  }

  /** Writes zeros over the entry of `id`; throws as `write`. */
  clear(type: number, id: number): void {
    this.#entry.fill(0);
    this.#store(type, id);
  }

  /** Drops all tables. */
  reset(): void {
    this.#tables.fill(undefined);
  }

  #store(type: number, id: number): void {
    const backing = this.#tables[type];
    const bytes = objectTableEntryBytes[type];
    if (backing === undefined || (id + 1) * bytes > backing.bytes) {
      throw new SvgaDeviceError('EINVAL', 'id is outside its object table', {
        type,
        id,
        capacity: this.capacity(type),
      });
    }
    this.#cursor.aim(backing).writeTo(id * bytes, this.#entry, 0, bytes);
  }
}
