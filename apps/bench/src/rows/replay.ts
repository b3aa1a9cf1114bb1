import { policyFor, type MachineOptions } from '@cg/machine';
import { openTrace, type TraceHeader } from '@cg/machine/trace';
import { PAGE_SIZE, WORDS_PER_FRAME } from '@cg/pagetable';
import type { SurfaceBox } from '@cg/surface-layout';
import { AlwaysDirtyMemory, ShadowCompareMemory, type TrackedMemory } from '@cg/tracked-memory';
import type { BackingPages, DriverContext } from '@cg/vmwgfx';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import { NativeCompareMemory } from '../rivals/native-compare.js';
import type { Row, Sample } from '../row.js';
import type { Clock } from '../timing.js';
import { DrawingMachine } from './drawing-machine.js';
import { record, type Recording, type Run } from './recording.js';

const OURS = 'dirty tracking (auto)';
const COHERENT = 'coherent (scan, one box)';
const NANOSECONDS_PER_MS = 1e6;

/** A way to find what was written that needs no page tables. */
interface Rival {
  readonly name: string;
  readonly trackMemory: (pages: BackingPages, context: DriverContext) => TrackedMemory;
}

const rivals: readonly Rival[] = [
  { name: 'full upload each frame', trackMemory: ({ pageCount }) => new AlwaysDirtyMemory(pageCount) },
  { name: 'full compare with a shadow copy', trackMemory: compareWords },
  { name: 'full compare, native memcmp', trackMemory: compareNatively },
];

function compareWords({ frames, pageCount }: BackingPages, { memory }: DriverContext): TrackedMemory {
  const pages = Array.from(frames, (frame) =>
    memory.u32.subarray(frame * WORDS_PER_FRAME, (frame + 1) * WORDS_PER_FRAME),
  );
  return new ShadowCompareMemory(pageCount, (page) => pages[page]);
}

function compareNatively({ frames }: BackingPages, { memory }: DriverContext): TrackedMemory {
  return new NativeCompareMemory(
    Array.from(frames, (frame) => memory.u8.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)),
  );
}

/** Where recorded frames come from. */
export interface ReplaySource {
  readonly folder: string;
  /** Names of traces in it, without `.cgtrace.gz`. */
  readonly traces: readonly string[];
  /** Frames to replay; all of them if left out. */
  readonly frames?: number;
}

/** Recorded programs that draw into a coherent surface used every frame: a row for each trace and rival. */
export function replayRows(clock: Clock, { folder, traces, frames }: ReplaySource): Row[] {
  return traces.flatMap((trace) => {
    let recording: Promise<Recording> | undefined;
    const read = async () => record(await openTrace(join(folder, `${trace}.cgtrace.gz`)), frames);
    return rivals.map(({ name, trackMemory }) => ({
      name: `replay ${trace}`,
      unit: 'ms/frame',
      ours: OURS,
      rival: name,
      async open() {
        const known = await (recording ??= read());
        return {
          ours: sampleReplay(clock, { contender: OURS, driver: { makePolicy: policyFor('auto') } }, known),
          rival: sampleReplay(
            clock,
            { contender: name, driver: { makePolicy: policyFor('scan'), trackMemory } },
            known,
          ),
        };
      },
    }));
  });
}

/**
 * What coherence costs: each trace once through a coherent surface, and once through an explicit one whose program
 * names the bounding rectangle of each frame's runs. The driver scans, which costs less here than write faults, and
 * sends one box a subresource.
 */
export function coherentReplayRows(clock: Clock, { folder, traces, frames }: ReplaySource): Row[] {
  return traces.flatMap((trace) =>
    (['replay', 'stores', 'submit'] as const).map((part) => ({
      name: `coherent ${part} ${trace}`,
      unit: 'ms/frame',
      ours: COHERENT,
      rival: 'explicit',
      async open() {
        const recording = await record(await openTrace(join(folder, `${trace}.cgtrace.gz`)), frames);
        const boxes = recording.frames.map((runs) => boundingBox(runs, recording.header));
        const scan = { makePolicy: policyFor('scan') };
        return {
          ours: sampleReplay(clock, { contender: COHERENT, driver: scan, part }, recording),
          rival: sampleReplay(clock, { contender: 'explicit', boxes, part }, recording),
        };
      },
    })),
  );
}

/** The smallest rectangle of whole blocks with all runs of a frame; empty where there are none. */
function boundingBox(runs: readonly Run[], { width, height, format }: TraceHeader): SurfaceBox {
  const { bytesPerBlock, blockWidth, blockHeight } = format;
  const pitch = Math.ceil(width / blockWidth) * bytesPerBlock;
  let [left, top, right, bottom] = [pitch, Infinity, 0, 0];
  for (const { offset, bytes } of runs) {
    const last = offset + bytes.length - 1;
    const [row, endRow] = [Math.floor(offset / pitch), Math.floor(last / pitch) + 1];
    const wraps = endRow - row > 1;
    left = Math.min(left, wraps ? 0 : offset % pitch);
    right = Math.max(right, wraps ? pitch : (last % pitch) + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, endRow);
  }
  if (right === 0) {
    return { x: 0, y: 0, z: 0, width: 0, height: 0, depth: 1 };
  }
  const x = Math.floor(left / bytesPerBlock) * blockWidth;
  const y = top * blockHeight;
  const end = Math.min(Math.ceil(right / bytesPerBlock) * blockWidth, width);
  return { x, y, z: 0, width: end - x, height: Math.min(bottom * blockHeight, height) - y, depth: 1 };
}

/** Who replays, and what of it is timed. */
interface Replaying {
  readonly contender: string;
  readonly driver?: NonNullable<MachineOptions['driver']>;
  /** What the program of an explicit surface names, frame by frame. */
  readonly boxes?: readonly SurfaceBox[];
  /** All of each frame if left out. */
  readonly part?: 'replay' | 'stores' | 'submit';
}

/**
 * One sample is one replay by a fresh machine, so that every round starts from the same page tables and the
 * same tracking method. Timed: all frames, each from its first store to its fence, or a part of each.
 */
function sampleReplay(
  clock: Clock,
  { contender, driver, boxes, part = 'replay' }: Replaying,
  { header, frames, final }: Recording,
): Sample {
  return () => {
    const machine = new DrawingMachine(header, driver, boxes === undefined);
    const begun = clock();
    let stores = 0;
    frames.forEach((frame, i) => {
      const before = part === 'replay' ? 0 : clock();
      machine.store(frame);
      stores += part === 'replay' ? 0 : clock() - before;
      machine.submit(boxes?.[i]);
    });
    const all = clock() - begun;
    const image = machine.image();
    if (image === undefined || Buffer.compare(image, final) !== 0) {
      throw new BenchError('EBADMSG', `${contender}: the device does not hold what was drawn`, contender);
    }
    const taken = part === 'replay' ? all : part === 'stores' ? stores : all - stores;
    return taken / NANOSECONDS_PER_MS / frames.length;
  };
}
