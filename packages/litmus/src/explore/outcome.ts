import { PageTableError } from '@cg/pagetable';
import { SurfaceLayoutError } from '@cg/surface-layout';
import { VmwgfxError } from '@cg/vmwgfx';

/**
 * The outcome of a step: done; skipped, because it does not apply; failed with an allowed error; or blocked, to be
 * retried.
 */
export type Outcome = 'done' | 'skipped' | 'failed' | 'blocked';

/** Errors that are allowed in a correct machine: no memory, a forbidden access, a device error. */
const EXPECTED = new Set(['ENOMEM', 'EIO', 'EFAULT', 'EACCES', 'EBUSY']);

/** Runs a step. @throws any error that is not allowed */
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
