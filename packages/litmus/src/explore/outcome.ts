import { PageTableError } from '@cg/pagetable';
import { SurfaceLayoutError } from '@cg/surface-layout';
import { VmwgfxError } from '@cg/vmwgfx';

/** An error of the machine, with the name of an errno. */
export type MachineErrno = Error & { readonly code: string };

/** The outcome of a step: done; skipped, because it does not apply; failed; or blocked: it has to wait for another. */
export type Outcome =
  | { readonly outcome: 'done' | 'skipped' }
  | { readonly outcome: 'failed' | 'blocked'; readonly error: MachineErrno };

/** Whether a step has failed because it has to wait for another. */
export function isBlocked(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EDEADLK';
}

/** Whether the device has refused a command. */
export function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EIO';
}

/** Runs a step. @throws what is no error of the machine */
export function attempt(act: () => boolean | void): Outcome {
  try {
    return { outcome: act() === false ? 'skipped' : 'done' };
  } catch (error) {
    if (
      error instanceof VmwgfxError ||
      error instanceof PageTableError ||
      error instanceof SurfaceLayoutError
    ) {
      return { outcome: isBlocked(error) ? 'blocked' : 'failed', error };
    }
    throw error;
  }
}
