import type { TraceHeader, Trace } from '@cg/machine/trace';

/** Bytes that a program wrote at an offset of its surface. */
export interface Run {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A trace in memory, split into runs, so that nothing is read or decoded in the timed part. */
export interface Recording {
  readonly header: TraceHeader;
  readonly frames: readonly (readonly Run[])[];
  /** The surface after the last frame. */
  readonly final: Uint8Array;
}

/** Reads a trace to its end, or its first `most` frames. @throws MachineError EBADMSG for a damaged one */
export async function record(trace: Trace, most = Number.POSITIVE_INFINITY): Promise<Recording> {
  const final = new Uint8Array(trace.header.surfaceBytes);
  const frames: Run[][] = [];
  for await (const { runs, data } of trace.frames) {
    if (frames.length === most) {
      break;
    }
    const frame: Run[] = [];
    for (let i = 0, from = 0; i < runs.length; i += 2) {
      const bytes = data.subarray(from, from + runs[i + 1]);
      frame.push({ offset: runs[i], bytes });
      final.set(bytes, runs[i]);
      from += bytes.length;
    }
    frames.push(frame);
  }
  return { header: trace.header, frames, final };
}
