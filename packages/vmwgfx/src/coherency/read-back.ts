import { PAGE_SIZE } from '@cg/pagetable';
import type { BufferObject, BufferReservation, ResidentResource } from '../memory/buffer-object.js';
import { ReplaceableStep } from '../replaceable-step.js';

/**
 * Reads a page range of a buffer object back from the device before the CPU sees it: reads back each GPU-dirty
 * resource that intersects the range, in order of offset, and waits once if there was any, also when a later one
 * fails (rule 6.4, C1–C3).
 *
 * @returns how many pages from `startPage` on may be mapped: to the end of the furthest resource in the range or to
 * the first one still GPU-dirty, whichever comes first, and at least 1
 * @throws the error of the first read-back that fails; the content read back before it is usable
 */
export function cleanResources(held: BufferReservation, startPage: number, endPage: number): number {
  const { object } = held;
  const start = startPage * PAGE_SIZE;
  const end = endPage * PAGE_SIZE;
  const found: ResidentResource[] = [];
  let furthest = start;
  for (const { value: resource, end: resourceEnd } of object.resources.overlapping(start, end)) {
    furthest = Math.max(furthest, resourceEnd);
    if (resource.gpuDirty) {
      found.push(resource);
    }
  }
  if (found.length > 0) {
    object.readBack(held, found);
    found.forEach((resource) => resource.noteReadBack());
  }
  return pagesToMap(object, start, end, furthest);
}

export const cleanResourcesStep = new ReplaceableStep(cleanResources);

function pagesToMap(object: BufferObject, start: number, end: number, furthest: number): number {
  let limit = Math.ceil(furthest / PAGE_SIZE);
  // To the end of the last page: another resource may begin in its remainder.
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
