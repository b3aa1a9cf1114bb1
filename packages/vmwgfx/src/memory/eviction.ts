import { isErrno } from '../errors.js';
import type { EvictionOrder } from './eviction-order.js';

/**
 * Evicts until there is room, of those that nobody has reserved.
 * @param hasRoom asked before each
 * @throws what the last one throws that could not go, where there is no room in the end
 */
export function evictUntil(hasRoom: () => boolean, order: EvictionOrder): void {
  if (hasRoom()) {
    return;
  }
  let failed: Error | undefined;
  for (const candidate of order.candidates()) {
    if (hasRoom()) {
      return;
    }
    if (candidate.isReserved) {
      continue;
    }
    try {
      candidate.evict();
    } catch (error) {
      if (!isErrno(error)) {
        throw error;
      }
      failed = error;
    }
  }
  if (failed !== undefined && !hasRoom()) {
    throw failed;
  }
}
