import { CollectionsError } from './errors.js';
import {
  insertFixup,
  refreshMaxEnd,
  removeFixup,
  replaceChild,
  type IntervalNode,
  type TreeRoot,
} from './red-black.js';

/**
 * Half-open intervals `[start, end)`, overlapping ones and equal ones included, found by the range
 * they intersect in O(log n + found). An augmented red-black tree (CLRS, chapter 14.3).
 *
 * Intervals with the same start keep the order in which they were inserted.
 */
export class IntervalTree<Value> {
  readonly #tree: TreeRoot<Value> = { root: null };
  #size = 0;

  /** Number of intervals. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an interval.
   * @returns its node, for `remove`
   * @throws CollectionsError if the interval is empty, inverted or not made of numbers.
   */
  insert(start: number, end: number, value: Value): IntervalNode<Value> {
    if (!(start < end)) {
      throw new CollectionsError('an interval must hold something', start, end);
    }
    const node: IntervalNode<Value> = {
      start,
      end,
      value,
      maxEnd: end,
      red: true,
      parent: null,
      left: null,
      right: null,
    };
    let parent: IntervalNode<Value> | null = null;
    for (let at = this.#tree.root; at !== null; at = start < at.start ? at.left : at.right) {
      parent = at;
      if (at.maxEnd < end) {
        at.maxEnd = end;
      }
    }
    node.parent = parent;
    if (parent === null) {
      this.#tree.root = node;
    } else if (start < parent.start) {
      parent.left = node;
    } else {
      parent.right = node;
    }
    insertFixup(this.#tree, node);
    this.#size++;
    return node;
  }

  /** Removes a node that `insert` of this tree returned and that was not removed since. */
  remove(node: IntervalNode<Value>): void {
    let gap: IntervalNode<Value> | null;
    let gapParent: IntervalNode<Value> | null;
    let removedRed = node.red;
    if (node.left === null || node.right === null) {
      gap = node.left ?? node.right;
      gapParent = node.parent;
      replaceChild(this.#tree, node, gap);
    } else {
      let heir = node.right;
      while (heir.left !== null) {
        heir = heir.left;
      }
      removedRed = heir.red;
      gap = heir.right;
      gapParent = heir.parent === node ? heir : heir.parent;
      if (heir.parent !== node) {
        replaceChild(this.#tree, heir, gap);
        heir.right = node.right;
        heir.right.parent = heir;
      }
      replaceChild(this.#tree, node, heir);
      heir.left = node.left;
      heir.left.parent = heir;
      heir.red = node.red;
    }
    for (let at = gapParent; at !== null; at = at.parent) {
      refreshMaxEnd(at);
    }
    if (!removedRed) {
      removeFixup(this.#tree, gap, gapParent);
    }
    node.parent = node.left = node.right = null;
    this.#size--;
  }

  /** The interval with the lowest start that intersects `[start, end)`. */
  firstOverlap(start: number, end: number): IntervalNode<Value> | null {
    const root = this.#tree.root;
    return root === null ? null : leftmostOverlap(root, start, end);
  }

  /** The next interval after `node`, in order of start, that intersects `[start, end)`. */
  nextOverlap(node: IntervalNode<Value>, start: number, end: number): IntervalNode<Value> | null {
    let at = node;
    if (at.right !== null) {
      const found = leftmostOverlap(at.right, start, end);
      if (found !== null) {
        return found;
      }
    }
    for (let up = at.parent; up !== null; up = up.parent) {
      const cameFromLeft = up.left === at;
      at = up;
      if (!cameFromLeft) {
        continue;
      }
      if (up.start >= end) {
        return null;
      }
      if (up.end > start) {
        return up;
      }
      const found = up.right === null ? null : leftmostOverlap(up.right, start, end);
      if (found !== null) {
        return found;
      }
    }
    return null;
  }

  /** The intervals that intersect `[start, end)`, ascending by start. The tree must not change meanwhile. */
  *overlapping(start: number, end: number): Generator<IntervalNode<Value>> {
    for (let node = this.firstOverlap(start, end); node !== null; node = this.nextOverlap(node, start, end)) {
      yield node;
    }
  }
}

function leftmostOverlap<Value>(
  subtree: IntervalNode<Value>,
  start: number,
  end: number,
): IntervalNode<Value> | null {
  let at: IntervalNode<Value> | null = subtree;
  while (at !== null && at.maxEnd > start) {
    if (at.left !== null && at.left.maxEnd > start) {
      // Some interval on the left ends after `start`. If none of them begins before `end`, then
      // neither does anything to its right.
      at = at.left;
      continue;
    }
    if (at.start >= end) {
      return null;
    }
    if (at.end > start) {
      return at;
    }
    at = at.right;
  }
  return null;
}
