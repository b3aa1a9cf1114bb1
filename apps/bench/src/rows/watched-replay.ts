import { recordReplay } from '@cg/inspector';
import { Machine, policyFor, replayTrace } from '@cg/machine';
import { openTrace, type Trace, type TraceFrame } from '@cg/machine/trace';
import { join } from 'node:path';
import { hostClock } from '../clock.js';
import type { Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';

const OURS = 'recorded by the inspector';
const NANOSECONDS_PER_MS = 1e6;
const MEMORY_BYTES = 64 * 2 ** 20;

const traces = ['gears', 'idle-desktop', 'terminal-scroll', 'terminal-typing', 'video-window', 'window-drag'];

/** What watching a replay costs: all events, each change of the device's image, every store. */
export function rowsOf(settings: RowSettings): Row[] {
  return traces.map((trace) => ({
    section: 'Watched replay',
    name: `watched replay ${trace}`,
    unit: 'ms/frame',
    ours: OURS,
    rival: 'unwatched',
    rivalOfPackages: true,
    open: async (side) => replay(side === 'ours', await read(trace, settings)),
  }));
}

/** The frames of a trace in memory, or its first. */
async function read(name: string, { tracesFolder, frames: most }: RowSettings): Promise<Trace> {
  const { header, frames } = await openTrace(join(tracesFolder, `${name}.cgtrace.gz`));
  const read: TraceFrame[] = [];
  for await (const frame of frames) {
    if (read.length === most) {
      break;
    }
    read.push(frame);
  }
  return {
    header: { ...header, frames: read.length },
    frames: {
      async *[Symbol.asyncIterator]() {
        yield* read;
      },
    },
  };
}

/** A pass is a replay with its checks of every frame, as `cg replay` does it; the machine is made before. */
function replay(isWatched: boolean, trace: Trace): Contender {
  return {
    steps: 1,
    per: NANOSECONDS_PER_MS * trace.header.frames,
    begin() {
      const machine = new Machine({
        memoryBytes: MEMORY_BYTES,
        driver: { makePolicy: policyFor('auto') },
      });
      let wrongBytes = 0;
      return {
        async step() {
          const before = hostClock();
          const { report } = isWatched
            ? await recordReplay(machine, trace)
            : { report: await replayTrace(machine, trace) };
          ({ wrongBytes } = report);
          return [hostClock() - before];
        },
        end() {
          if (wrongBytes > 0) {
            throw new BenchError('EBADMSG', 'a byte was wrong', OURS);
          }
        },
      };
    },
  };
}
