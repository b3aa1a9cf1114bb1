import { PageTableError } from '@cg/pagetable';
import { SurfaceLayoutError } from '@cg/surface-layout';
import { VmwgfxError } from '@cg/vmwgfx';

/**
 * How a step ended: done; nothing to do for it; failed in a way that a program must stand; or it has to wait
 * for somebody and is tried again.
 */
export type Outcome = 'done' | 'skipped' | 'failed' | 'blocked';

/** What may go wrong in a machine that is in order: no memory, an access that is not allowed, a device error. */
const EXPECTED = new Set(['ENOMEM', 'EIO', 'EFAULT', 'EACCES', 'EBUSY']);

/** Runs a step. @throws what no step may end in */
export function attempt(act: () => boolean | void): { outcome: Outcome; error?: Error & { code: string } } {
  try {
    return { outcome: act() === false ? 'skipped' : 'done' };
  } catch (error) {
    if (
      error instanceof VmwgfxError ||
      error instanceof PageTableError ||
      error instanceof SurfaceLayoutError
    ) {
      if (error.code === 'EDEADLK') {
        return { outcome: 'blocked', error };
      }
      if (EXPECTED.has(error.code)) {
        return { outcome: 'failed', error };
      }
    }
    throw error;
  }
}
