import { IntervalTree, type IntervalNode } from '@cg/collections';
import type { ResidentResource } from '@cg/vmwgfx';
import type { Step } from './variant.js';

/** The offset at each resource's last insertion. Shared by all buffer objects, because resources move. */
const lastPlace = new WeakMap<ResidentResource, number>();

/**
 * C4: a resource that moves is inserted at its old offset; within one buffer object it keeps its node.
 */
class StaleIndex extends IntervalTree<ResidentResource> {
  readonly #keys = new WeakMap<ResidentResource, number>();
  #left: ResidentResource | undefined;

  override insert(start: number, end: number, resource: ResidentResource): IntervalNode<ResidentResource> {
    const stayed = this.#left === resource;
    const key = (stayed ? this.#keys.get(resource) : lastPlace.get(resource)) ?? start;
    lastPlace.set(resource, start);
    this.#keys.set(resource, key);
    this.#left = undefined;
    return super.insert(key, key + (end - start), resource);
  }

  /** Its node has the old range, but a search that finds it compares with the current one. */
  override *overlapping(start: number, end: number): Generator<IntervalNode<ResidentResource>> {
    for (const node of super.overlapping(start, end)) {
      const { backingOffset, backingBytes } = node.value;
      if (backingOffset < end && backingOffset + backingBytes > start) {
        yield { ...node, start: backingOffset, end: backingOffset + backingBytes };
      }
    }
  }

  override remove(node: IntervalNode<ResidentResource>): void {
    super.remove(node);
    this.#left = node.value;
  }
}

export const staleIndex: Step<'ResourceIndex'> = StaleIndex;
