import type { SurfaceFormat } from '@cg/surface-layout';

/** The header of a trace, its first line. */
export interface TraceHeader {
  readonly title: string;
  readonly format: SurfaceFormat;
  readonly width: number;
  readonly height: number;
  /** Bytes of the surface's level 0, which is all of it. */
  readonly surfaceBytes: number;
  readonly frames: number;
}

/** The writes of the program in one frame. */
export interface TraceFrame {
  readonly frame: number;
  /** Byte ranges of the surface: offset, length, offset, length, …; ascending, not overlapping. */
  readonly runs: Float64Array;
  /** The bytes of all runs, one after another. */
  readonly data: Uint8Array;
}

/** A recorded program: its surface, and its frames in order. */
export interface Trace {
  readonly header: TraceHeader;
  readonly frames: AsyncIterable<TraceFrame>;
}
