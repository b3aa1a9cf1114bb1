import type { IntervalNode, IntervalTree } from '@cg/collections';
import { PAGE_SIZE } from '@cg/pagetable';
import type { BufferReservation, ResidentResource } from '@cg/vmwgfx';
import type { Step } from './variant.js';

/**
 * Differences of the posted read-back:
 * - `C2a`: searches by the first bytes only, and misses a resource that begins earlier than the one it found;
 * - `C2b`: takes the last resource that begins before the end for the one that ends last, and waits for the device
 *   only where that lies after the page;
 * - `C2c`: allows prefault over resources that are still GPU-dirty;
 * - `C3`: if a read-back fails, does not wait for those before it.
 */
export type ReadBackHabit = 'C2a' | 'C2b' | 'C2c' | 'C3';

type Node = IntervalNode<ResidentResource>;
type Index = IntervalTree<ResidentResource>;

/** The lowest node on the way down: right only if none overlap. */
function lowestOnTheWay(index: Index, start: number, end: number): Node | null {
  let at = index.firstOverlap(0, Infinity);
  while (at !== null && at.parent !== null) {
    at = at.parent;
  }
  let found: Node | null = null;
  while (at !== null) {
    if (at.start < end && at.end <= start) {
      at = at.right;
    } else {
      found = at.start < end ? at : found;
      at = at.left;
    }
  }
  return found;
}

function nodesFrom(index: Index, first: Node | null, start: number, end: number): Node[] {
  const nodes: Node[] = [];
  for (let node = first; node !== null; node = index.nextOverlap(node, start, end)) {
    nodes.push(node);
  }
  return nodes;
}

/** Sends the read-backs. Those sent count as done at once; if one fails, the others are not waited for. */
function sendReadBacks(resources: readonly ResidentResource[]): Set<ResidentResource> {
  const sent = new Set<ResidentResource>();
  for (const resource of resources) {
    resource.readBack(() => {
      resource.gpuDirty = true;
      sent.delete(resource);
    });
    resource.gpuDirty = false;
    sent.add(resource);
  }
  return sent;
}

function readBack(
  held: BufferReservation,
  dirty: readonly ResidentResource[],
  waits: boolean,
  unsure: boolean,
): void {
  if (waits && !unsure) {
    held.object.readBack(held, dirty);
    return;
  }
  const sent = sendReadBacks(dirty);
  if (waits && sent.size > 0) {
    held.object.finishReadBacks(held, sent);
  }
}

/** Pages from `start` on, to `last` or to the first GPU-dirty resource. */
function pagesToFirstDirty(index: Index, start: number, end: number, last: number): number {
  let limit = Math.ceil(last / PAGE_SIZE);
  for (const { value, start: resourceStart } of index.overlapping(end, limit * PAGE_SIZE)) {
    if (value.gpuDirty) {
      limit = Math.min(limit, Math.floor(resourceStart / PAGE_SIZE));
      break;
    }
  }
  return limit - start / PAGE_SIZE;
}

/** Reads back with these habits, and otherwise as the driver does. */
export function readingBack(habits: ReadonlySet<ReadBackHabit>): Step<'cleanResources'> {
  return (held, startPage, endPage) => {
    const { resources: index } = held.object;
    const start = startPage * PAGE_SIZE;
    const end = endPage * PAGE_SIZE;
    const first = habits.has('C2a') ? lowestOnTheWay(index, start, end) : index.firstOverlap(start, end);
    const nodes = nodesFrom(index, first, habits.has('C2b') ? 0 : start, end);
    const last = habits.has('C2b')
      ? (nodes.at(-1)?.end ?? start)
      : Math.max(start, ...nodes.map((node) => node.end));
    const dirty = nodes.map(({ value }) => value).filter(({ gpuDirty }) => gpuDirty);
    readBack(held, dirty, last > start, habits.has('C3'));
    const pages = habits.has('C2c')
      ? Math.ceil((last - start) / PAGE_SIZE)
      : pagesToFirstDirty(index, start, end, last);
    return Math.max(1, pages);
  };
}
