import { isErrno } from '../errors.js';
import type { DriverState } from '../driver-state.js';

/**
 * Allocates memory; without enough, once more after the device is done with what was freed behind its commands (rule
 * 8.3).
 * @throws as `allocate`
 */
export function reclaiming<Result>({ queue }: DriverState, allocate: () => Result): Result {
  try {
    return allocate();
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOMEM' && queue.reclaim()) {
      return allocate();
    }
    throw error;
  }
}
