import { SVGA3D_INVALID_ID, type CommandFields } from '@cg/svga-protocol';
import { WeakRefs, type Named } from '../weak-refs.js';
import { UntrackedResource } from '../untracked-resource.js';
import type { CoTable } from './co-table.js';

/** An entry of a context's table whose content the device reads from a buffer object. */
export abstract class TableEntry extends UntrackedResource implements Named {
  readonly namedBy = new WeakRefs();
  protected hasBinding = false;

  constructor(
    readonly table: CoTable,
    readonly stateId: number,
    bytes: number,
  ) {
    super(table.driver, bytes, false);
  }

  get isBound(): boolean {
    return this.hasBinding;
  }

  /** A user's command binds it, or the device refused to. */
  setBound(bound: boolean): void {
    this.hasBinding = bound;
  }

  create(): void {}
  readBack(): void {}

  bind(): void {
    const { backing } = this;
    if (!this.hasBinding && backing !== undefined) {
      this.sendBinding(backing.mobId());
      this.hasBinding = true;
    }
  }

  unbind(): void {
    if (this.hasBinding && this.table.isBound) {
      this.sendUnbinding();
    }
    this.hasBinding = false;
  }

  override retire(): void {
    this.hasBinding = false;
    super.retire();
  }

  protected abstract sendBinding(mobid: number): void;
  protected abstract sendUnbinding(): void;
}

/** A shader of a DX context. */
export class DxShader extends TableEntry {
  #defined = true;

  constructor(
    table: CoTable,
    id: number,
    /** SVGA3dShaderType. */
    readonly type: number,
    bytes: number,
  ) {
    super(table, id, bytes);
  }

  /** The device refused the user's command. */
  refused(): void {
    this.#defined = false;
    this.hasBinding = false;
  }

  /** Defines it again if the device does not have it. The table is bound. */
  override create(): void {
    if (!this.#defined) {
      const fields = { shaderId: this.stateId, type: this.type, sizeInBytes: this.backingBytes };
      this.driver.queue.emit('DX_DEFINE_SHADER', fields, () => this.refused(), this.table.owner.id);
      this.#defined = true;
    }
  }

  protected sendBinding(mobid: number): void {
    const fields = { ...this.#named, mobid, offsetInBytes: this.backingOffset };
    this.driver.queue.emit('DX_BIND_SHADER', fields, () => this.setBound(false), this.table.owner.id);
  }

  protected sendUnbinding(): void {
    const fields = { ...this.#named, mobid: SVGA3D_INVALID_ID, offsetInBytes: 0 };
    this.driver.queue.emitNoFail('DX_BIND_SHADER', fields, this.table.owner.id);
  }

  get #named(): Pick<CommandFields<'DX_BIND_SHADER'>, 'cid' | 'shid'> {
    return { cid: this.table.owner.id, shid: this.stateId };
  }
}

/** A stream output whose declarations lie in a buffer object. */
export class StreamOutput extends TableEntry {
  protected sendBinding(mobid: number): void {
    const place = { offsetInBytes: this.backingOffset, sizeInBytes: this.backingBytes };
    const fields = { soid: this.stateId, mobid, ...place };
    this.driver.queue.emit('DX_BIND_STREAMOUTPUT', fields, () => this.setBound(false), this.table.owner.id);
  }

  /** No command unbinds it: it is bound again before its next use. */
  protected sendUnbinding(): void {}
}
