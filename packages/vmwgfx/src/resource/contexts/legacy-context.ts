import { SVGA3D_INVALID_ID } from '@cg/svga-device';
import type { DriverContext } from '../../context.js';
import type { IdAllocator } from '../../id-allocator.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import { DeviceObject } from '../device-object.js';
import { ContextState } from './context-state.js';

/** SVGA3D_CONTEXT_DATA_SIZE of svga3d_cmd.h: what the device keeps of a context in its backing. */
const CONTEXT_DATA_BYTES = 16_384;

/** A guest-backed context without DX: commands name it in their `cid`. */
export class LegacyContext extends DeviceObject {
  readonly kind = 'legacy';
  readonly state = new ContextState(this);
  /** The backing has what the device knew. */
  #hasContents = false;

  constructor(context: DriverContext) {
    super(context, CONTEXT_DATA_BYTES, false);
  }

  protected get ids(): IdAllocator {
    return this.context.contextIds;
  }

  protected define(cid: number, refused: () => void): void {
    this.context.queue.emit('DEFINE_GB_CONTEXT', { cid }, refused);
  }

  protected bindTo(cid: number, backing: BufferObject, refused: () => void): void {
    const validContents = this.#hasContents ? 1 : 0;
    this.context.queue.emit('BIND_GB_CONTEXT', { cid, mobid: backing.mobId(), validContents }, refused);
  }

  protected unbindFrom(cid: number): void {
    this.context.queue.emitSurely('BIND_GB_CONTEXT', { cid, mobid: SVGA3D_INVALID_ID, validContents: 0 });
  }

  protected undefine(cid: number): void {
    this.context.queue.emitSurely('DESTROY_GB_CONTEXT', { cid });
  }

  readBack(refused: () => void): void {
    this.context.queue.emit('READBACK_GB_CONTEXT', { cid: this.id }, refused);
    this.#hasContents = true;
  }

  override unbind(): void {
    if (this.isBound) {
      this.state.lost();
    }
    super.unbind();
  }

  override destroy(): void {
    this.state.clear();
    super.destroy();
  }
}
