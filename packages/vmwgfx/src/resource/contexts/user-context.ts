import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { BufferObject, BufferReservation } from '../../memory/buffer-object.js';
import { DeviceObject } from '../device-object.js';
import { ContextState, type StateOwner } from './context-state.js';

/** The commands that define, bind, read back and destroy a context; their fields are the same with and without DX. */
interface ContextCommands {
  readonly define: 'DEFINE_GB_CONTEXT' | 'DX_DEFINE_CONTEXT';
  readonly bind: 'BIND_GB_CONTEXT' | 'DX_BIND_CONTEXT';
  readonly readBack: 'READBACK_GB_CONTEXT' | 'DX_READBACK_CONTEXT';
  readonly destroy: 'DESTROY_GB_CONTEXT' | 'DX_DESTROY_CONTEXT';
}

/** A context of either kind; its backing holds the device's state of it. */
export abstract class UserContext extends DeviceObject implements StateOwner {
  abstract readonly kind: 'legacy' | 'dx';
  readonly state = new ContextState(this);
  protected abstract readonly commands: ContextCommands;
  /** The backing holds the device's state. */
  #hasContents = false;

  protected define(cid: number, refused: () => void): void {
    this.driver.queue.emit(this.commands.define, { cid }, refused);
  }

  protected bindTo(cid: number, backing: BufferObject, refused: () => void): void {
    const validContents = this.#hasContents ? 1 : 0;
    this.driver.queue.emit(this.commands.bind, { cid, mobid: backing.mobId(), validContents }, refused);
  }

  protected unbindFrom(cid: number): void {
    const nowhere = { cid, mobid: SVGA3D_INVALID_ID, validContents: 0 };
    this.driver.queue.emitNoFail(this.commands.bind, nowhere);
  }

  protected undefine(cid: number): void {
    this.driver.queue.emitNoFail(this.commands.destroy, { cid });
  }

  readBack(refused: () => void): void {
    this.driver.queue.emit(this.commands.readBack, { cid: this.id }, refused);
    this.#hasContents = true;
  }

  override unbind(): void {
    if (this.isBound) {
      this.state.lost();
    }
    super.unbind();
  }

  override destroy(held: BufferReservation | undefined): void {
    this.state.clear();
    super.destroy(held);
  }
}
