import { IntervalTree, type IntervalNode } from '@cg/collections';
import type { ResidentResource } from '@cg/vmwgfx';
import type { Step } from './variant.js';

/** Where each resource was when it was entered last. Shared by all buffer objects: a resource moves between them. */
const lastPlace = new WeakMap<ResidentResource, number>();

/**
 * C4: a resource that moves is entered by the place that it had before; within one buffer object it keeps the entry
 * that it has.
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

  /** Its place in the tree is the old one, but who meets it there compares with where it is. */
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
