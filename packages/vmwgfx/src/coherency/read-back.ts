import { PAGE_SIZE } from '@cg/pagetable';
import type { CommandSubmitter } from '../device/command-submitter.js';
import type { Fence } from '../device/fence.js';
import type { Reservation } from '../memory/reservation.js';
import type { Residence, ResidentResource } from '../memory/resident-resource.js';
import { ReplaceableStep } from '../replaceable-step.js';

/**
 * Brings everything in a page range of a buffer object back from the device before the CPU sees it: reads
 * back each GPU-dirty resource that intersects the range, in order of offset, and waits once if there was
 * any, also when a later one fails (rule 6.4, C1–C3).
 *
 * @returns how many pages from `startPage` on may be mapped: to the end of the furthest resource in the
 * range or to the first one still GPU-dirty, whichever comes first, and at least 1
 * @throws what the first failing read-back throws; what was read back before is then usable
 */
export function cleanResources(held: Reservation<Residence>, startPage: number, endPage: number): number {
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
    readBackResources(held, found);
  }
  return pagesToMap(object, start, end, furthest);
}

export const cleanResourcesStep = new ReplaceableStep(cleanResources);

/**
 * Reads back GPU-dirty resources of a buffer object, in order, and waits once.
 * @throws what the first failing read-back throws; what was read back before is then usable
 */
export function readBackResources(
  held: Reservation<Residence>,
  resources: readonly ResidentResource[],
): void {
  const { object } = held;
  const readBack = new Set<ResidentResource>();
  try {
    for (const resource of resources) {
      object.tracker?.beforeDeviceWrite(...resource.pageRange);
      resource.readBack(() => readBack.delete(resource));
      readBack.add(resource);
    }
  } finally {
    if (readBack.size > 0) {
      finishReadBacks(held, readBack);
    }
  }
}

/** Waits for read-backs. Those that the device refuses have left the set by then, and stay GPU-dirty. */
export function finishReadBacks(held: Reservation<Residence>, readBack: ReadonlySet<ResidentResource>): void {
  const { object } = held;
  const { queue, events } = object.driver;
  const fence = fenceOrSettle(queue);
  try {
    queue.flush();
  } finally {
    fence.wait();
    for (const resource of readBack) {
      object.tracker?.afterDeviceWrite(...resource.pageRange);
      resource.gpuDirty = false;
      dirtyAliasedBytes(object, resource);
      const { backingOffset: start, backingBytes } = resource;
      events.tell?.({ kind: 'read-back', object: object.firstPage, start, end: start + backingBytes });
    }
  }
}

/** Without a fence nobody can tell that they are done: they stay GPU-dirty. */
function fenceOrSettle(queue: CommandSubmitter): Fence {
  try {
    return queue.emitFence();
  } catch (error) {
    queue.settle();
    throw error;
  }
}

/**
 * Read-back data is dirty for aliasing resources. The bytes that they share are dirty for the resource itself as well:
 * the device wrote what is newer and nothing else (rule 9.3), so elsewhere memory may have what an alias brought into
 * it while this resource was GPU-dirty.
 */
function dirtyAliasedBytes(object: Residence, resource: ResidentResource): void {
  const { backingOffset, backingBytes } = resource;
  const end = backingOffset + backingBytes;
  for (const { value: other } of object.resources.overlapping(backingOffset, end)) {
    if (other === resource) {
      continue;
    }
    const sharedStart = Math.max(backingOffset, other.backingOffset);
    const sharedEnd = Math.min(end, other.backingOffset + other.backingBytes);
    if (resource.isTracked) {
      resource.addDirtyBytes(sharedStart, sharedEnd);
    }
    if (other.isTracked && !other.gpuDirty) {
      other.addDirtyBytes(sharedStart, sharedEnd);
    }
  }
}

function pagesToMap(object: Residence, start: number, end: number, furthest: number): number {
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
