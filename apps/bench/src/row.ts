import type { Contender } from './contender.js';

/** Why a row cannot be measured here. */
export interface Skipped {
  readonly skipped: string;
  /** The other build lacks what the row needs. */
  readonly lacking?: true;
}

export type Side = 'ours' | 'rival';

/** A figure that a row gives: some of the timed parts of its steps, added; all of them if left out. */
export interface Figure {
  readonly name: string;
  readonly parts?: readonly number[];
}

/** One comparison: a piece of work, and who does it. Opening a side may take memory, files, a compiler. */
export interface Row {
  /** The heading that the row stands under. */
  readonly section: string;
  readonly name: string;
  /** Of the costs: a time per something, so less is better. */
  readonly unit: string;
  readonly ours: string;
  readonly rival: string;
  /** The rival is code of the packages too, and is compared where two builds are. */
  readonly rivalOfPackages?: true;
  /** Where they are several; otherwise all parts together under the row's name. */
  readonly figures?: readonly Figure[];
  open(side: Side): Promise<Contender | Skipped>;
}

/** What a row's figures are. */
export function figuresOf({ name, figures = [{ name }] }: Row): readonly Figure[] {
  return figures;
}
