/** The kinds of findings. */
export type FindingKind =
  /** The device or a CPU saw an older value than it had to. */
  | 'lost'
  /** Newer content on the device was overwritten with older content of memory. */
  | 'stale'
  /** An update of bytes that nothing has changed since the last one. */
  | 'needless'
  /** The device has a surface bound, or a CPU mapped, at another place than its program has put it. */
  | 'misplaced'
  /** The driver still has charges after everything is closed. */
  | 'leak'
  /** An error that nothing in the program causes. */
  | 'crash';

/** A run of wrong bytes, as one step saw them. */
export interface Finding {
  readonly kind: FindingKind;
  /** The step that saw them, from 1. */
  readonly step: number;
  /** The reader, or the writer that overwrote: `cpu 0`, `device`. */
  readonly by: string;
  /** Buffer or surface of the bytes. */
  readonly name: string;
  /** First wrong byte of it. */
  readonly offset: number;
  /** Wrong bytes that this step saw. */
  readonly bytes: number;
  readonly seen: number;
  readonly expected: number;
  /** The step that wrote the expected value; 0 for the initial content. */
  readonly writer: number;
  /** For a leak or a crash. */
  readonly message?: string;
}
