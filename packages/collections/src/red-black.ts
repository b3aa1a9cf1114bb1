/** An interval in a tree; the tree owns every field but `value`. */
export interface IntervalNode<Value> {
  /** First unit of the interval. */
  readonly start: number;
  /** One past the last unit. */
  readonly end: number;
  value: Value;
  /** Largest `end` of this node and everything below it. */
  maxEnd: number;
  red: boolean;
  parent: IntervalNode<Value> | null;
  left: IntervalNode<Value> | null;
  right: IntervalNode<Value> | null;
}

/** The tree's only mutable word, so that rotations can replace the root. */
export interface TreeRoot<Value> {
  root: IntervalNode<Value> | null;
}

type Node<Value> = IntervalNode<Value>;

/** Recomputes a node's `maxEnd` from itself and its children. */
export function refreshMaxEnd<Value>(node: Node<Value>): void {
  let max = node.end;
  if (node.left !== null && node.left.maxEnd > max) {
    max = node.left.maxEnd;
  }
  if (node.right !== null && node.right.maxEnd > max) {
    max = node.right.maxEnd;
  }
  node.maxEnd = max;
}

/** Replaces `node` by `heir` in its parent; `node` itself is unchanged. */
export function replaceChild<Value>(
  tree: TreeRoot<Value>,
  node: Node<Value>,
  heir: Node<Value> | null,
): void {
  const parent = node.parent;
  if (parent === null) {
    tree.root = heir;
  } else if (parent.left === node) {
    parent.left = heir;
  } else {
    parent.right = heir;
  }
  if (heir !== null) {
    heir.parent = parent;
  }
}

function rotateLeft<Value>(tree: TreeRoot<Value>, node: Node<Value>): void {
  const riser = node.right as Node<Value>;
  node.right = riser.left;
  if (riser.left !== null) {
    riser.left.parent = node;
  }
  replaceChild(tree, node, riser);
  riser.left = node;
  node.parent = riser;
  refreshMaxEnd(node);
  refreshMaxEnd(riser);
}

function rotateRight<Value>(tree: TreeRoot<Value>, node: Node<Value>): void {
  const riser = node.left as Node<Value>;
  node.left = riser.right;
  if (riser.right !== null) {
    riser.right.parent = node;
  }
  replaceChild(tree, node, riser);
  riser.right = node;
  node.parent = riser;
  refreshMaxEnd(node);
  refreshMaxEnd(riser);
}

/** Restores the red-black rules after a red `node` was attached to a parent that may be red too. */
export function insertFixup<Value>(tree: TreeRoot<Value>, node: Node<Value>): void {
  let at = node;
  while (at.parent?.red) {
    const parent: Node<Value> = at.parent;
    const grandparent = parent.parent as Node<Value>;
    const onLeft = parent === grandparent.left;
    const uncle = onLeft ? grandparent.right : grandparent.left;
    if (uncle?.red) {
      parent.red = false;
      uncle.red = false;
      grandparent.red = true;
      at = grandparent;
      continue;
    }
    if (at === (onLeft ? parent.right : parent.left)) {
      (onLeft ? rotateLeft : rotateRight)(tree, parent);
      at = parent;
    }
    (at.parent as Node<Value>).red = false;
    grandparent.red = true;
    (onLeft ? rotateRight : rotateLeft)(tree, grandparent);
  }
  (tree.root as Node<Value>).red = false;
}

/** Restores the red-black rules after a black node was removed from where `gap` is now, below `gapParent`. */
export function removeFixup<Value>(
  tree: TreeRoot<Value>,
  gap: Node<Value> | null,
  gapParent: Node<Value> | null,
): void {
  let at = gap;
  let parent = gapParent;
  while (parent !== null && !at?.red) {
    const onLeft = at === parent.left;
    const rise = onLeft ? rotateLeft : rotateRight;
    const sink = onLeft ? rotateRight : rotateLeft;
    let sibling = (onLeft ? parent.right : parent.left) as Node<Value>;
    if (sibling.red) {
      sibling.red = false;
      parent.red = true;
      rise(tree, parent);
      sibling = (onLeft ? parent.right : parent.left) as Node<Value>;
    }
    if (!sibling.left?.red && !sibling.right?.red) {
      sibling.red = true;
      at = parent;
      parent = at.parent;
      continue;
    }
    if (!(onLeft ? sibling.right : sibling.left)?.red) {
      const near = (onLeft ? sibling.left : sibling.right) as Node<Value>;
      near.red = false;
      sibling.red = true;
      sink(tree, sibling);
      sibling = near;
    }
    sibling.red = parent.red;
    parent.red = false;
    ((onLeft ? sibling.right : sibling.left) as Node<Value>).red = false;
    rise(tree, parent);
    return;
  }
  if (at !== null) {
    at.red = false;
  }
}
