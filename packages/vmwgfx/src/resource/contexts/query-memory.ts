import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { UntrackedResource } from '../untracked-resource.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { CoTable } from './co-table.js';

/** A query of a DX context, and the place of its result. */
export interface Query {
  /** SVGA3dQueryType. */
  readonly type: number;
  /** Whether it is bound to the context's query memory. */
  readonly bound: boolean;
  readonly offset: number;
}

/** The one buffer object for the results of all queries of a DX context. */
export class QueryMemory extends UntrackedResource {
  /** The user's command binds the first query. */
  #bound = true;

  constructor(
    readonly table: CoTable,
    object: BufferObject,
  ) {
    super(table.driver, object.bytes, false);
  }

  /** The device refused to bind a query to it. */
  refused(): void {
    this.#bound = false;
  }

  create(): void {}

  bind(): void {
    const { backing } = this;
    if (!this.#bound && backing !== undefined) {
      const fields = { cid: this.table.owner.id, mobid: backing.mobId() };
      this.driver.queue.emit('DX_BIND_ALL_QUERY', fields, () => this.refused(), this.table.owner.id);
      this.#bound = true;
    }
  }

  unbind(): void {
    if (this.#bound && this.table.isBound) {
      const fields = { cid: this.table.owner.id, mobid: SVGA3D_INVALID_ID };
      this.driver.queue.emitNoFail('DX_BIND_ALL_QUERY', fields, this.table.owner.id);
    }
    this.#bound = false;
  }

  readBack(refused: () => void): void {
    const { id } = this.table.owner;
    this.driver.queue.emit('DX_READBACK_ALL_QUERY', { cid: id }, refused, id);
  }

  override retire(): void {
    this.#bound = false;
    super.retire();
  }
}
