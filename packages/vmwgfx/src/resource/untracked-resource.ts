import type { BufferReservation } from '../memory/buffer-object.js';
import { Resource } from './resource.js';

/** A resource that the CPU has no coherent view of: contexts, their tables, shaders, query results. */
export abstract class UntrackedResource extends Resource {
  readonly isTracked = false;

  addDirtyBytes(): void {}
  followTracking(): void {}
  sync(): void {}

  destroy(held: BufferReservation | undefined): void {
    if (held !== undefined) {
      this.detach(held);
    }
  }
}
