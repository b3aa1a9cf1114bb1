/** Sizes of the rows' work: plain values, which can be sent to a thread. */
export interface RowSettings {
  /** Page tables that clean + record walks. */
  readonly tables: number;
  /** Pages of the window that is stored to, a power of two. */
  readonly windowPages: number;
  /** Resources in one backing at the most. */
  readonly resources: number;
  /** Updates of 64 bytes in one command buffer, at most 11,000. */
  readonly updates: number;
  /** Surface ids of the driver that evicts, commands in the longest submission, pages of a new buffer object. */
  readonly ids: number;
  readonly commands: number;
  readonly freshPages: number;
  /** Frames of each replay; by default the whole trace. */
  readonly frames?: number;
  readonly tracesFolder: string;
  /** The C compiler's command. */
  readonly compiler: string;
}
