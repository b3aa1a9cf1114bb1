import { VmwgfxError } from '../errors.js';
import { BufferObject, type BufferReservation } from '../memory/buffer-object.js';
import { pagesFor } from '@cg/pagetable';
import { SVGA_COTABLE } from '@cg/svga-protocol';
import type { CoTable } from '../resource/contexts/co-table.js';
import { DxContext } from '../resource/contexts/dx-context.js';
import type { LegacyContext } from '../resource/contexts/legacy-context.js';
import type { Binding } from '../resource/contexts/context-state.js';
import type { View } from '../resource/contexts/view.js';
import type { Resource } from '../resource/resource.js';
import type { Journal } from './journal.js';
import type { Reservations } from './reservations.js';
import type { Validation } from './validation.js';

/**
 * A submission's changes to contexts: to their state, views, shaders and queries. They are made while commands are
 * checked, so that each command finds the results of those before it, and undone in reverse for commands that are not
 * sent (rule 1.5).
 */
export class ContextChanges {
  readonly #tables = new Map<CoTable, { written: boolean; bytes: number }>();
  readonly #resources = new Map<Resource, boolean>();
  readonly #buffers = new Set<BufferObject>();
  readonly #contexts = new Set<DxContext | LegacyContext>();
  readonly #views = new Set<View>();
  readonly #slots = new Map<Binding, () => void>();
  /** The number of the current command, from 1 on. */
  command = 0;

  constructor(
    readonly dxContext: DxContext | undefined,
    readonly reservations: Reservations,
    readonly journal: Journal,
  ) {
    if (dxContext !== undefined) {
      this.useContext(dxContext);
    }
  }

  /** Notes how to undo a change, and what to drop once it is final. */
  change(undo: () => void, accept?: () => void): void {
    this.journal.note(undo, accept, this.command);
  }

  useContext(context: DxContext | LegacyContext): void {
    this.#contexts.add(context);
  }

  /** A resource other than a surface has to be ready for the device. */
  need(resource: Resource, written: boolean): void {
    this.#resources.set(resource, written || this.#resources.get(resource) === true);
  }

  /** Reserves a buffer object that a resource enters or leaves. @throws as `BufferObject.reserve` */
  reserve(object: BufferObject): BufferReservation {
    this.hold(object);
    return this.reservations.take(object);
  }

  /** Keeps a buffer object in place, even if its only reference is that of a resource moved off it. */
  hold(object: BufferObject): void {
    if (!this.#buffers.has(object)) {
      object.references.take();
      this.#buffers.add(object);
    }
  }

  /** A view has to be defined, even if its surface left the device in the meantime. */
  needView(view: View): void {
    this.#views.add(view);
  }

  /** A binding that was removed from its slot has to be back in it. */
  needSlot(binding: Binding): void {
    if (!binding.sent && !this.#slots.has(binding)) {
      this.#slots.set(binding, binding.state.sender(binding.slot));
    }
  }

  /** A command defines an id: its table needs an entry. @throws VmwgfxError EINVAL for an impossible id */
  defineEntry(table: CoTable, id: number): void {
    const noted = this.#tables.get(table);
    const bytes = Math.max(table.bytesFor(id), noted?.bytes ?? 0);
    this.#tables.set(table, { written: true, bytes });
  }

  /** A command names an id of a table. @throws VmwgfxError EINVAL if there is no entry for it */
  checkEntry(table: CoTable, id: number): void {
    const bytes = this.#tables.get(table)?.bytes ?? table.backingBytes;
    if ((id + 1) * table.entryBytes > bytes) {
      throw new VmwgfxError('EINVAL', `the context's table ends before id ${id}`, { id });
    }
    if (!this.#tables.has(table)) {
      this.#tables.set(table, { written: false, bytes });
    }
  }

  /**
   * Adds everything that contexts need to the validation, before the resources that commands name.
   * @throws VmwgfxError or PageTableError ENOMEM if a table cannot grow
   */
  addTo(validation: Validation): void {
    for (const context of this.#contexts) {
      validation.add(context, true);
      if (context instanceof DxContext) {
        context.tables.forEach((table) => this.#addTable(validation, table));
      }
    }
    this.#resources.forEach((written, resource) => validation.add(resource, written));
    this.#buffers.forEach((object) => validation.addBuffer(object));
  }

  /** Sends the views and state that the device has lost, now that surfaces have their ids. */
  prepare(): void {
    this.#contexts.forEach(({ state }) => state.settleStale());
    this.#views.forEach((view) => view.define());
    this.#slots.forEach((send, binding) => {
      if (!binding.sent) {
        send();
      }
    });
  }

  /** Nothing was sent, and everything is undone. */
  abandon(): void {
    this.#tables.forEach((_, table) => table.forgetPlannedSize());
    this.#letGo();
  }

  /** The commands were sent, and their changes are final. */
  accept(): void {
    this.#contexts.forEach((context) => {
      context.gpuDirty = true;
    });
    this.#tables.forEach(({ written }, table) => {
      table.gpuDirty ||= written;
    });
    this.#resources.forEach((written, resource) => {
      resource.gpuDirty ||= written;
    });
    this.#letGo();
  }

  #letGo(): void {
    this.#buffers.forEach(({ references }) => references.drop());
    this.#buffers.clear();
  }

  #addTable(validation: Validation, table: CoTable): void {
    const used = this.#tables.get(table);
    // Only shader model 5 has views of the last kind.
    if (used === undefined && table.type === SVGA_COTABLE.UAVIEW && table.backing === undefined) {
      return;
    }
    validation.add(table, used?.written === true);
    if (used === undefined || used.bytes <= table.backingBytes) {
      return;
    }
    if (table.backing === undefined) {
      table.backingBytes = used.bytes;
      return;
    }
    const larger = new BufferObject(table.driver, pagesFor(used.bytes));
    validation.switchBacking(table, larger, 0);
    larger.references.drop();
  }
}
