import type { DriverState } from '../../driver-state.js';
import type { IdAllocator } from '../../id-allocator.js';
import { UserContext } from './user-context.js';

/** SVGA3D_CONTEXT_DATA_SIZE of svga3d_cmd.h: the size of a context's state in its backing. */
const CONTEXT_DATA_BYTES = 16_384;

/** A guest-backed context without DX: commands name it in their `cid`. */
export class LegacyContext extends UserContext {
  readonly kind = 'legacy';
  protected readonly commands = {
    define: 'DEFINE_GB_CONTEXT',
    bind: 'BIND_GB_CONTEXT',
    readBack: 'READBACK_GB_CONTEXT',
    destroy: 'DESTROY_GB_CONTEXT',
  } as const;

  constructor(driver: DriverState) {
    super(driver, CONTEXT_DATA_BYTES, false);
  }

  protected get ids(): IdAllocator {
    return this.driver.contextIds;
  }
}
