import { PAGE_SIZE } from '@cg/pagetable';
import type { BufferObject, ResidentResource } from '../memory/buffer-object.js';

/**
 * Brings everything in a page range of a buffer object back from the device before the CPU sees it: reads
 * back each GPU-dirty resource that intersects the range, in order of offset, and waits once if there was
 * any, also when a later one fails (rule 6.4, C1–C3).
 *
 * @returns how many pages from `startPage` on may be mapped: to the end of the furthest resource in the
 * range or to the first one still GPU-dirty, whichever comes first, and at least 1
 * @throws what the first failing read-back throws; what was read back before is then usable
 */
export function cleanResources(object: BufferObject, startPage: number, endPage: number): number {
  const start = startPage * PAGE_SIZE;
  const end = endPage * PAGE_SIZE;
  const readBack = new Set<ResidentResource>();
  let furthest = start;
  try {
    for (const { value: resource, end: resourceEnd } of object.resources.overlapping(start, end)) {
      furthest = Math.max(furthest, resourceEnd);
      if (resource.gpuDirty) {
        object.tracker?.beforeDeviceWrite(...resource.pageRange);
        resource.readBack(() => readBack.delete(resource));
        readBack.add(resource);
      }
    }
  } finally {
    if (readBack.size > 0) {
      finishReadBacks(object, readBack);
    }
  }
  return pagesToMap(object, start, end, furthest);
}

/** Waits for read-backs. Those that the device refuses have left the set by then, and stay GPU-dirty. */
function finishReadBacks(object: BufferObject, readBack: ReadonlySet<ResidentResource>): void {
  const { queue } = object.context;
  const fence = queue.emitFence();
  try {
    queue.flush();
  } finally {
    fence.wait();
    for (const resource of readBack) {
      object.tracker?.afterDeviceWrite(...resource.pageRange);
      resource.gpuDirty = false;
    }
  }
}

function pagesToMap(object: BufferObject, start: number, end: number, furthest: number): number {
  let limit = Math.ceil(furthest / PAGE_SIZE);
  // To the end of the last page: another resource may begin in the rest of it.
  for (const { value: resource, start: resourceStart } of object.resources.overlapping(
    end,
    limit * PAGE_SIZE,
  )) {
    if (resource.gpuDirty) {
      limit = Math.min(limit, Math.floor(resourceStart / PAGE_SIZE));
      break;
    }
  }
  return Math.max(1, limit - start / PAGE_SIZE);
}
