/** What the oracle finds wrong. */
export type FindingKind =
  /** The device or a CPU saw an older value than it had to. */
  | 'lost'
  /** What the device had was overwritten by older content of memory. */
  | 'stale'
  /** Something is still charged to the driver when all is closed. */
  | 'leak'
  /** An error that no step may end in. */
  | 'crash';

/** Bytes that are wrong, one run of them, as one step saw them. */
export interface Finding {
  readonly kind: FindingKind;
  /** The step that saw it, from 1. */
  readonly step: number;
  /** Who saw or overwrote it: `cpu 0`, `device`. */
  readonly by: string;
  /** Buffer or surface whose bytes they are. */
  readonly name: string;
  /** First wrong byte of it. */
  readonly offset: number;
  /** Wrong bytes that this step saw. */
  readonly bytes: number;
  readonly seen: number;
  readonly expected: number;
  /** The step that wrote the value that was expected; 0 for what was there from the start. */
  readonly writer: number;
  /** Of a leak or a crash. */
  readonly message?: string;
}
