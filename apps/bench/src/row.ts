import type { Contender } from './contender.js';

/** The reason why a row cannot be measured here. */
export interface Skipped {
  readonly skipped: string;
  /** The other build lacks what the row needs. */
  readonly lacking?: true;
}

export type Side = 'ours' | 'rival';

/** A figure of a row: the sum of some timed parts of its steps, by default of all. */
export interface Figure {
  readonly name: string;
  readonly parts?: readonly number[];
}

/** One comparison of two contenders on the same work. Opening a side may need memory, files, a compiler. */
export interface Row {
  /** The heading of the row. */
  readonly section: string;
  readonly name: string;
  /** The unit of costs, a time per something: less is better. */
  readonly unit: string;
  readonly ours: string;
  readonly rival: string;
  /** The rival consists of package code, too, and is measured in comparisons of builds. */
  readonly rivalOfPackages?: true;
  /** The figures, if several; by default all parts together under the row's name. */
  readonly figures?: readonly Figure[];
  open(side: Side): Promise<Contender | Skipped>;
}

/** The figures of a row. */
export function figuresOf({ name, figures = [{ name }] }: Row): readonly Figure[] {
  return figures;
}
