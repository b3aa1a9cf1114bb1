import { VmwgfxError } from '../errors.js';
import type { SharedAmongFiles } from './handle-table.js';

/**
 * An object passed from one open file to another, like a file descriptor of the kernel's PRIME: it keeps the object
 * until it is closed, also when the exporting file closes first.
 */
export class SharedObject {
  #object: SharedAmongFiles | undefined;

  constructor(object: SharedAmongFiles) {
    object.references.take();
    this.#object = object;
  }

  /** @throws VmwgfxError ENOENT once it is closed */
  get object(): SharedAmongFiles {
    if (this.#object === undefined) {
      throw new VmwgfxError('ENOENT', 'the shared object was closed');
    }
    return this.#object;
  }

  close(): void {
    const object = this.#object;
    this.#object = undefined;
    object?.references.drop();
  }
}
