import { policyFor, type MachineOptions } from '@cg/machine';
import { openTrace, type TraceHeader } from '@cg/machine/trace';
import { PAGE_SIZE, pagesFor, WORDS_PER_FRAME, type PhysicalMemory } from '@cg/pagetable';
import { DirtyBoxes, SurfaceLayout, type SurfaceBox } from '@cg/surface-layout';
import { AlwaysDirtyMemory, DirtyPages, ShadowCompareMemory, type TrackedMemory } from '@cg/tracked-memory';
import type { BackingPages, DriverState } from '@cg/vmwgfx';
import { join } from 'node:path';
import { hostClock } from '../clock.js';
import { BATCHES, type Contender, type Pass, type StepTimes } from '../contender.js';
import { BenchError } from '../errors.js';
import { WARM_UP_ROUNDS, WARM_UP_SUBMISSIONS } from '../measuring/interleave.js';
import { passAtOnce } from '../pass-at-once.js';
import { NativeCompareMemory } from '../rivals/native-compare.js';
import type { Row, Side } from '../row.js';
import { DrawingMachine } from './drawing-machine.js';
import { record, type Recording, type Run } from './recording.js';
import type { RowSettings } from './settings.js';

const OURS = 'dirty tracking (auto)';
const COHERENT = 'coherent (scan, one box)';
const NANOSECONDS_PER_MS = 1e6;
const MOST_WARM_UP_ROUNDS = 40;

type DriverOptions = NonNullable<MachineOptions['driver']>;

const auto: DriverOptions = { makePolicy: policyFor('auto') };

/** Another way to find writes, or the same with a listener. */
interface Rival {
  readonly name: string;
  readonly driver: DriverOptions;
  readonly listens?: true;
}

const rivals: readonly Rival[] = [
  { name: 'full upload each frame', driver: without(({ pageCount }) => new AlwaysDirtyMemory(pageCount)) },
  { name: 'full compare with a shadow copy', driver: without(compareWords) },
  { name: 'full compare, native memcmp', driver: without(compareNatively) },
  { name: 'with a listener', driver: auto, listens: true },
];

/** Tracking that needs no page tables. */
function without(trackMemory: (pages: BackingPages, driver: DriverState) => TrackedMemory): DriverOptions {
  return { makePolicy: policyFor('scan'), trackMemory };
}

function compareWords({ frames, pageCount }: BackingPages, { memory }: DriverState): TrackedMemory {
  const pages = Array.from(frames, (frame) =>
    memory.u32.subarray(frame * WORDS_PER_FRAME, (frame + 1) * WORDS_PER_FRAME),
  );
  return new ShadowCompareMemory(pageCount, (page) => pages[page]);
}

function compareNatively({ frames }: BackingPages, { memory }: DriverState): TrackedMemory {
  return new NativeCompareMemory(
    Array.from(frames, (frame) => memory.u8.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)),
  );
}

/** One trace with few changes per frame, and one with many. */
const rivalTraces = ['terminal-typing', 'terminal-scroll'];

/** All traces. */
const allTraces = [
  'gears',
  'idle-desktop',
  'terminal-scroll',
  'terminal-typing',
  'video-window',
  'window-drag',
];

/** Recorded programs that draw into a surface used every frame. */
export function rowsOf(settings: RowSettings): Row[] {
  return [
    ...rivalTraces.flatMap((trace) => trackingRows(trace, settings)),
    ...allTraces.map((trace) => coherentRow(trace, settings)),
    ...allTraces.map((trace) => pagesRow(trace, settings)),
    firstFrameRow('window-drag', settings),
  ];
}

async function read(trace: string, { tracesFolder, frames }: RowSettings): Promise<Recording> {
  return record(await openTrace(join(tracesFolder, `${trace}.cgtrace.gz`)), frames);
}

/** Ways to find writes to a coherent surface: a row for each rival. */
function trackingRows(trace: string, settings: RowSettings): Row[] {
  return rivals.map(({ name, ...rival }) => ({
    section: `Replay of ${trace}`,
    name: `replay ${trace}`,
    unit: 'ms/frame',
    ours: OURS,
    rival: name,
    rivalOfPackages: true,
    async open(side) {
      const replaying = side === 'ours' ? { contender: OURS, driver: auto } : { contender: name, ...rival };
      return replay(replaying, await read(trace, settings));
    },
  }));
}

/**
 * The cost of coherency: a trace through a coherent surface, and through an explicit one whose program names the
 * bounding rectangle of each frame's runs. The driver scans, which costs less here than write faults, and sends one
 * box a subresource.
 */
function coherentRow(trace: string, settings: RowSettings): Row {
  return {
    section: 'Coherent surfaces',
    name: `coherent replay ${trace}`,
    unit: 'ms/frame',
    ours: COHERENT,
    rival: 'explicit',
    rivalOfPackages: true,
    figures: [
      { name: `coherent replay ${trace}`, parts: [0, 1] },
      { name: `coherent stores ${trace}`, parts: [0] },
      { name: `coherent submit ${trace}`, parts: [1] },
    ],
    async open(side) {
      const recording = await read(trace, settings);
      return replay(coherentOrExplicit(side, recording), recording);
    },
  };
}

/** What a coherent surface costs once: the frame that draws all of it, of the same size in each trace. */
function firstFrameRow(trace: string, settings: RowSettings): Row {
  return {
    section: 'First frame of a coherent surface',
    name: 'first frame',
    unit: 'ms',
    ours: COHERENT,
    rival: 'explicit',
    rivalOfPackages: true,
    async open(side) {
      const recording = await read(trace, settings);
      return firstFrame(coherentOrExplicit(side, recording), recording);
    },
  };
}

function coherentOrExplicit(side: Side, { frames, header }: Recording): Replaying {
  return side === 'ours'
    ? { contender: COHERENT, driver: { makePolicy: policyFor('scan') } }
    : { contender: 'explicit', boxes: frames.map((runs) => boundingBox(runs, header)) };
}

/**
 * The part of that cost that is bytes: both surfaces are explicit, and the program of the first names the box that the
 * driver makes of the pages its runs touch.
 */
function pagesRow(trace: string, settings: RowSettings): Row {
  const contenders = { ours: 'explicit, box of the pages', rival: 'explicit' };
  return {
    section: 'Bytes of coherent surfaces',
    name: `pages explicitly ${trace}`,
    unit: 'ms/frame',
    ...contenders,
    rivalOfPackages: true,
    async open(side) {
      const recording = await read(trace, settings);
      const { header, frames } = recording;
      const boxOf = side === 'ours' ? boxOfPages : boundingBox;
      return replay(
        { contender: contenders[side], boxes: frames.map((runs) => boxOf(runs, header)) },
        recording,
      );
    },
  };
}

/** The driver's box of the pages with a frame's runs; empty without runs. */
function boxOfPages(runs: readonly Run[], { width, height, format, surfaceBytes }: TraceHeader): SurfaceBox {
  const pages = new DirtyPages(pagesFor(surfaceBytes));
  for (const { offset, bytes } of runs) {
    pages.addRange(Math.floor(offset / PAGE_SIZE), Math.ceil((offset + bytes.length) / PAGE_SIZE));
  }
  const one = { depth: 1, mipLevels: 1, layers: 1, samples: 1 };
  const dirty = new DirtyBoxes(new SurfaceLayout({ format: format.id, width, height, ...one }));
  for (const [first, end] of pages.bitmap.ranges()) {
    dirty.addRange(first * PAGE_SIZE, end * PAGE_SIZE);
  }
  return dirty.boxes().at(0) ?? { x: 0, y: 0, z: 0, width: 0, height: 0, depth: 1 };
}

/** The smallest rectangle of whole blocks with all runs of a frame; empty without runs. */
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

/** Who replays. */
interface Replaying {
  readonly contender: string;
  readonly driver?: DriverOptions;
  /** Adds a listener for all events that does nothing. */
  readonly listens?: true;
  /** The box that the program of an explicit surface names in each frame. */
  readonly boxes?: readonly SurfaceBox[];
}

/**
 * A pass is one replay by a new machine, so that every round starts from the same page tables and the same
 * tracking method; a step is a frame after the first, which draws all of the surface and faults on each page. Timed:
 * its stores, and from its submission to its fence.
 */
function replay(replaying: Replaying, { header, frames, final }: Recording): Contender {
  const machines = new Machines(replaying, header);
  const { boxes } = replaying;
  const steps = frames.length - 1;
  const warmUp = Math.ceil(WARM_UP_SUBMISSIONS / steps);
  return {
    steps,
    warmUp: Math.min(Math.max(warmUp, WARM_UP_ROUNDS), MOST_WARM_UP_ROUNDS),
    per: NANOSECONDS_PER_MS * steps,
    begin() {
      const machine = machines.next();
      draw(machine, frames[0], boxes?.[0]);
      const pass: Pass = {
        step: (index) => draw(machine, frames[index + 1], boxes?.[index + 1]),
        end: () => machines.end(machine, final),
      };
      return passAtOnce(pass, steps);
    },
  };
}

/** The first frame of a replay, by a new machine in each step. */
function firstFrame(replaying: Replaying, { header, frames: [runs] }: Recording): Contender {
  const machines = new Machines(replaying, header);
  const drawn = new Uint8Array(header.surfaceBytes);
  runs.forEach(({ offset, bytes }) => drawn.set(bytes, offset));
  const pass: Pass = {
    step() {
      const machine = machines.next();
      const times = draw(machine, runs, replaying.boxes?.[0]);
      machines.end(machine, drawn);
      return times;
    },
    end() {},
  };
  return {
    steps: BATCHES,
    alike: true,
    warmUp: MOST_WARM_UP_ROUNDS,
    per: NANOSECONDS_PER_MS * BATCHES,
    begin: () => pass,
  };
}

/** Replays a frame. @returns the nanoseconds of its stores, and from its submission to its fence */
function draw(machine: DrawingMachine, runs: readonly Run[], box: SurfaceBox | undefined): StepTimes {
  const before = hostClock();
  machine.store(runs);
  const stored = hostClock();
  machine.submit(box);
  return [stored - before, hostClock() - stored];
}

/**
 * New machines of a contender, in the host memory of those that are no longer used: pages that the host has yet to
 * supply would add up to 5 ms to the first frame, in some passes of either contender.
 */
class Machines {
  readonly #replaying: Replaying;
  readonly #header: TraceHeader;
  readonly #unused: PhysicalMemory[] = [];

  constructor(replaying: Replaying, header: TraceHeader) {
    this.#replaying = replaying;
    this.#header = header;
  }

  next(): DrawingMachine {
    const { driver, listens, boxes } = this.#replaying;
    const machine = new DrawingMachine(this.#header, driver, boxes === undefined, this.#unused.pop());
    if (listens === true) {
      machine.listen(() => {});
    }
    return machine;
  }

  /** @throws BenchError EBADMSG if the device does not have `expected` */
  end(machine: DrawingMachine, expected: Uint8Array): void {
    const image = machine.image();
    if (image === undefined || Buffer.compare(image, expected) !== 0) {
      const { contender } = this.#replaying;
      throw new BenchError('EBADMSG', `${contender}: the device's image is wrong`, contender);
    }
    this.#unused.push(machine.memory);
  }
}
