import { recordReplay } from '@cg/inspector';
import { Machine, policyFor, replayTrace, type ReplayReport } from '@cg/machine';
import { openTrace, type TraceFrame, type TraceHeader } from '@cg/machine/trace';
import { join } from 'node:path';
import { hostClock } from '../clock.js';
import type { Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import { FrameFeed } from './frame-feed.js';
import type { RowSettings } from './settings.js';

const OURS = 'recorded by the inspector';
const NANOSECONDS_PER_MS = 1e6;
const MEMORY_BYTES = 64 * 2 ** 20;

/** Of each trace: a frame costs about the same from first to last. */
const FRAMES = 30;

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

interface Frames {
  readonly header: TraceHeader;
  readonly frames: readonly TraceFrame[];
}

/** The first frames of a trace in memory. */
async function read(name: string, { tracesFolder, frames: most = FRAMES }: RowSettings): Promise<Frames> {
  const { header, frames } = await openTrace(join(tracesFolder, `${name}.cgtrace.gz`));
  const read: TraceFrame[] = [];
  for await (const frame of frames) {
    if (read.length === most) {
      break;
    }
    read.push(frame);
  }
  return { header: { ...header, frames: read.length }, frames: read };
}

/**
 * A pass is a replay with its checks of every frame, as `cg replay` does it; the machine is made before. A step is a
 * frame, the first with the set-up and the last with the report.
 */
function replay(isWatched: boolean, { header, frames }: Frames): Contender {
  return {
    steps: frames.length,
    per: NANOSECONDS_PER_MS * frames.length,
    begin() {
      const machine = new Machine({
        memoryBytes: MEMORY_BYTES,
        driver: { makePolicy: policyFor('auto') },
      });
      const feed = new FrameFeed();
      let report: Promise<ReplayReport>;
      return {
        async step(index) {
          const before = hostClock();
          if (index === 0) {
            report = start(isWatched, machine, header, feed);
          }
          await Promise.race([feed.play(frames[index]), report]);
          if (index === frames.length - 1) {
            feed.end();
            await report;
          }
          return [hostClock() - before];
        },
        async end() {
          const { wrongBytes } = await report;
          if (wrongBytes > 0) {
            throw new BenchError('EBADMSG', 'a byte was wrong', OURS);
          }
        },
      };
    },
  };
}

async function start(
  isWatched: boolean,
  machine: Machine,
  header: TraceHeader,
  frames: FrameFeed,
): Promise<ReplayReport> {
  return isWatched
    ? (await recordReplay(machine, { header, frames })).report
    : replayTrace(machine, { header, frames });
}
