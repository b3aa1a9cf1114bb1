import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { BufferObject, BufferReservation } from '../memory/buffer-object.js';
import { VmwgfxError } from '../errors.js';
import type { IdAllocator } from '../id-allocator.js';
import { UntrackedResource } from './untracked-resource.js';

/** An untracked resource with an id of its own on the device: a context, or a shader of legacy contexts. */
export abstract class DeviceObject extends UntrackedResource {
  #id = SVGA3D_INVALID_ID;
  #bound = false;

  protected abstract readonly ids: IdAllocator;
  /** Sends the command that defines it. */
  protected abstract define(id: number, refused: () => void): void;
  /** Sends the command that binds its backing. */
  protected abstract bindTo(id: number, backing: BufferObject, refused: () => void): void;
  /** Sends the command that unbinds its backing; cannot fail. */
  protected abstract unbindFrom(id: number): void;
  /** Sends the command that destroys it; cannot fail. */
  protected abstract undefine(id: number): void;

  /** The device's id; SVGA3D_INVALID_ID before `create`. */
  get id(): number {
    return this.#id;
  }

  /** Whether its backing is bound on the device. */
  get isBound(): boolean {
    return this.#bound;
  }

  create(): void {
    if (this.#id !== SVGA3D_INVALID_ID) {
      return;
    }
    const id = this.ids.allocate();
    try {
      this.define(id, () => this.#forget(id));
    } catch (error) {
      this.ids.free(id);
      throw error;
    }
    this.#id = id;
  }

  bind(): void {
    const { backing } = this;
    if (backing === undefined) {
      throw new VmwgfxError('EINVAL', 'an object of the device cannot be bound without a backing');
    }
    if (!this.#bound) {
      this.bindTo(this.#id, backing, () => {
        this.#bound = false;
      });
      this.#bound = true;
    }
  }

  unbind(): void {
    if (this.#bound) {
      this.#bound = false;
      this.unbindFrom(this.#id);
    }
  }

  /** Destroys it on the device and detaches it from its backing. Content only on the device is lost. */
  override destroy(held: BufferReservation | undefined): void {
    const id = this.#id;
    if (id !== SVGA3D_INVALID_ID) {
      const { queue } = this.driver;
      this.undefine(id);
      this.#id = SVGA3D_INVALID_ID;
      this.#bound = false;
      queue.submit();
      queue.whenEnded(() => this.ids.free(id));
    }
    super.destroy(held);
  }

  /** The device has refused to define it. One that is being destroyed is freed with that. */
  #forget(id: number): void {
    if (this.#id === id) {
      this.ids.free(id);
      this.#id = SVGA3D_INVALID_ID;
      this.#bound = false;
    }
  }
}
