/** Does a contender's work once, checks its result, and says what the timed part cost, in the row's unit. */
export type Sample = () => number;

/** A row made ready: its two sides, on the same work. */
export interface Contest {
  readonly ours: Sample;
  readonly rival: Sample;
}

/** Why a row cannot be measured here. */
export interface Skipped {
  readonly skipped: string;
}

/** One comparison: a piece of work, and who does it. Making it ready may take memory, files, a compiler. */
export interface Row {
  readonly name: string;
  /** Of the costs: a time per something, so less is better. */
  readonly unit: string;
  readonly ours: string;
  readonly rival: string;
  open(): Promise<Contest | Skipped>;
}

/** A row and its medians, in its unit; null where it was skipped. */
export interface RowResult {
  readonly name: string;
  readonly unit: string;
  readonly ours: string;
  readonly rival: string;
  readonly median: number | null;
  readonly rivalMedian: number | null;
  /** `median / rivalMedian`: below 1 ours is faster. */
  readonly ratio: number | null;
  /** Why there are no numbers. */
  readonly skipped?: string;
}

/** The rows whose name, or whose rival's name, contains `text`. */
export function pickRows(rows: readonly Row[], text: string): Row[] {
  return rows.filter(({ name, rival }) => name.includes(text) || rival.includes(text));
}
