import { TOP_LEVEL, type VmaAddressSpace } from '@cg/pagetable';
import type { PageWalk, WalkOperations } from './operations.js';

/** State for all levels of a walk. A set of levels has bit `level` of a number. */
export interface TableWalker<State> {
  readonly operations: WalkOperations<State>;
  readonly walk: PageWalk<State>;
  /** The holder of the walk's locks. */
  readonly holder: string;
  /** Levels whose entries have a callback. */
  readonly shown: number;
  /** Levels at which a huge entry must be split, because there are callbacks below. */
  readonly split: number;
  /** Levels whose lower tables are walked, for their entries or for their holes. */
  readonly descended: number;
}

/** A walker at the start of an address space. */
export function walkerOf<State>(
  addressSpace: VmaAddressSpace,
  operations: WalkOperations<State>,
  state: State,
  holder: string,
): TableWalker<State> {
  const { u32 } = addressSpace.tables.memory;
  const { pgd, p4d, pud, pmd, pte, pteTable, hole } = operations;
  const top = pgd !== undefined || p4d !== undefined;
  const leaves = pte !== undefined || pteTable !== undefined;
  const split = levels(leaves, leaves || pmd !== undefined, leaves || pmd !== undefined);
  const descended = levels(false, false, pud !== undefined);
  return {
    operations,
    walk: { state, addressSpace, vma: undefined, u32, action: 'subtree' },
    holder,
    shown: levels(pmd !== undefined, pud !== undefined, top),
    split,
    descended: hole === undefined ? split | descended : levels(true, true, true),
  };
}

function levels(pmd: boolean, pud: boolean, pgd: boolean): number {
  return (pmd ? 1 << 2 : 0) | (pud ? 1 << 3 : 0) | (pgd ? 1 << TOP_LEVEL : 0);
}
