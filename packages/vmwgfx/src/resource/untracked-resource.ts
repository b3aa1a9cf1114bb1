import type { BufferReservation } from '../memory/buffer-object.js';
import { Resource } from './resource.js';

/** A resource without coherent access by the CPU: contexts, their tables, shaders, query results. */
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
