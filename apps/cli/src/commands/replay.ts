import {
  Machine,
  MachineError,
  policyFor,
  replayTrace,
  trackingMethods,
  type MachineOptions,
  type ReplayReport,
  type TrackingMethodName,
} from '@cg/machine';
import { openTrace, type TraceHeader } from '@cg/machine/trace';
import type { BoxPrice } from '@cg/surface-layout';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Recording } from '@cg/inspector';
import type { ScreenTargetImage } from '@cg/svga-device';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { openInput, readsInputTwice, STANDARD_INPUT } from '../input/open-input.js';
import { inputError } from '../output/input-error.js';
import { isInspected, writeInspection } from '../output/inspection.js';
import { replayProgress } from '../output/progress.js';
import { screenAsPng } from '../output/screen-png.js';
import { writeErrorOf } from '../output/write-error.js';
import { replaysAsJson } from '../output/replay-json.js';
import { describeReplay, tabulateReplays, type Replayed } from '../output/replay-text.js';
import type { UploadWay } from '../output/upload-ways.js';

interface ReplayOptions {
  readonly method: TrackingMethodName;
  readonly memory: number;
  readonly boxes: 'single' | BoxPrice;
  readonly price?: BoxPrice;
  readonly shadow?: boolean;
  readonly ways?: boolean;
  readonly json?: boolean;
  readonly png?: string;
  readonly html?: string;
  readonly trace?: string;
}

/** A recorded program, which the build copies beside the bundle. */
const OWN_TRACE = join(
  dirname(createRequire(import.meta.url).resolve('@cg/cli/package.json')),
  'dist',
  'idle-desktop.cgtrace.gz',
);

const MIB = 2 ** 20;
const MOST_MEMORY_MIB = 4096;

const DETAILS = `
A trace records what a program wrote to its window, frame by frame. Its bytes are stored through
the simulated MMU into a coherent surface; a copy of the surface is submitted to the device with no
synchronisation; then the device's copy is compared with the trace, byte for byte. In every
tenth frame the device writes to the surface as well, and a CPU loads and compares it.

Examples:
  $ cg replay                                the bundled trace
  $ cg replay traces/window-drag.cgtrace.gz
  $ cg replay --method trap traces/gears.cgtrace.gz traces/idle-desktop.cgtrace.gz
  $ cg replay --boxes 1:4096 traces/gears.cgtrace.gz          a box costs as much as 4096 bytes
  $ cg replay --price 1:4096 traces/gears.cgtrace.gz          what single boxes cost at that price
  $ cg replay --shadow traces/gears.cgtrace.gz                only what differs on the device
  $ cg replay --ways --price 1:4096 traces/gears.cgtrace.gz   which way to upload pays
  $ cg replay --png last-frame.png traces/gears.cgtrace.gz
  $ cg replay --html gears.html traces/gears.cgtrace.gz       a page to step through, in a browser
  $ cg replay --trace gears.json traces/gears.cgtrace.gz      a trace for ui.perfetto.dev
  $ curl -s https://example.org/a.cgtrace.gz | cg replay -
  $ cg replay --json traces/gears.cgtrace.gz | jq '.replays[0].bytesUploaded'

Exit codes: 0 no byte was wrong, 1 some were, 2 a file is not a trace or does not fit, 70 a bug.`;

function parseMemory(text: string): number {
  const mebibytes = /^\d+$/.test(text) ? Number(text) : 0;
  if (mebibytes < 1 || mebibytes > MOST_MEMORY_MIB) {
    throw new InvalidArgumentError(`It must be an integer from 1 to ${MOST_MEMORY_MIB}.`);
  }
  return mebibytes;
}

/** A price of a byte and of a box, as 1:4096. */
function parsePrice(text: string): BoxPrice {
  const [, perByte, perBox] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const price = { perByte: Number(perByte), perBox: Number(perBox) };
  if (!(price.perByte > 0 && price.perByte < Infinity && price.perBox < Infinity)) {
    throw new InvalidArgumentError('It must be a price of a byte above 0, and of a box, such as 1:4096.');
  }
  return price;
}

function parseBoxes(text: string): 'single' | BoxPrice {
  return text === 'single' ? text : parsePrice(text);
}

/** `cg replay`. Calls `exit` with the exit code. */
export function replayCommand(exit: (code: number) => void): Command {
  return new Command('replay')
    .description('replay recorded programs through the whole stack and check every frame')
    .argument(
      '[trace...]',
      'write traces (.cgtrace.gz), or - for standard input; default: a small bundled one',
    )
    .addOption(
      new Option('-m, --method <method>', "how written pages are found; auto is the kernel's rule")
        .choices(trackingMethods)
        .default('auto'),
    )
    .option('--memory <MiB>', 'memory of the simulated machine', parseMemory, 256)
    .option(
      '--boxes <boxes>',
      "single, one box a frame, or perByte:perBox, the cheapest boxes at a transport's price",
      parseBoxes,
      'single' as const,
    )
    .option('--price <price>', "a transport's price, perByte:perBox, to count costs with", parsePrice)
    .option('--shadow', 'compare what is dirty with what the device has; upload the lines that differ')
    .option('--ways', 'with a price: replay every way to upload, and say from which price on each pays')
    .option('--png <file>', 'write the screen after the last frame; for one trace')
    .option('--html <file>', 'write a page that steps through the replay; for one trace')
    .option('--trace <file>', 'write the events in the Trace Event Format; for one trace')
    .option('--json', 'print the counts as JSON')
    .addHelpText('after', DETAILS)
    .action(async (named: string[], options: ReplayOptions, command: Command) => {
      const paths = named.length === 0 ? [OWN_TRACE] : named;
      for (const name of ['png', 'html', 'trace'] as const) {
        if (options[name] !== undefined && paths.length > 1) {
          command.error(`cg: --${name} is for one trace`);
        }
      }
      if (options.ways === true && priceOf(options) === undefined) {
        command.error('cg: --ways needs a price: --price 1:4096');
      }
      if (options.ways === true && paths.includes(STANDARD_INPUT)) {
        command.error('cg: --ways replays a trace several times: standard input (-) can be read only once');
      }
      if (readsInputTwice(paths)) {
        command.error('cg: standard input (-) can be read only once');
      }
      exit(await replayAll(paths, options));
    });
}

/** Replays each trace; reports one that cannot be read on standard error, and continues. */
async function replayAll(paths: readonly string[], options: ReplayOptions): Promise<number> {
  const replays: Replayed[] = [];
  let failed = false;
  let png: Uint8Array | undefined;
  let recording: Recording | undefined;
  const takeScreen =
    options.png === undefined
      ? undefined
      : (image: ScreenTargetImage): void => {
          png = screenAsPng(image);
        };
  for (const path of paths) {
    try {
      const take = (made: Recording): void => {
        recording = made;
      };
      replays.push(await replayOne(path, options, takeScreen, take));
    } catch (error) {
      process.stderr.write(`cg: ${inputError(path, error, MachineError)}\n`);
      failed = true;
    }
  }
  if (replays.length > 0) {
    process.stdout.write(options.json ? replaysAsJson(replays) : asText(replays));
  }
  const unwritten = [
    png && writeErrorOf(options.png ?? '', png),
    recording && (await writeInspection(recording, options)),
  ];
  for (const error of unwritten.filter((each) => each !== undefined)) {
    process.stderr.write(`cg: ${error}\n`);
    failed = true;
  }
  if (failed) {
    return EXIT.BAD_INPUT;
  }
  return replays.some(({ report }) => report.wrongBytes > 0) ? EXIT.CHECK_FAILED : EXIT.OK;
}

function asText(replays: readonly Replayed[]): string {
  return replays.length === 1 ? describeReplay(replays[0]) : tabulateReplays(replays);
}

/** A machine with this much memory. If the host has less, that is a user error. */
function makeMachine(mebibytes: number, driver: NonNullable<MachineOptions['driver']>): Machine {
  try {
    return new Machine({ memoryBytes: mebibytes * MIB, driver });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOMEM') {
      throw new MachineError(
        'ENOMEM',
        `no machine with ${mebibytes} MiB of memory: ${(error as Error).message}`,
      );
    }
    throw error;
  }
}

/** The price to count costs with. */
function priceOf({ price, boxes }: Pick<ReplayOptions, 'price' | 'boxes'>): BoxPrice | undefined {
  return price ?? (boxes === 'single' ? undefined : boxes);
}

async function replayOne(
  path: string,
  options: ReplayOptions,
  onScreen: ((image: ScreenTargetImage) => void) | undefined,
  onRecording: (recording: Recording) => void,
): Promise<Replayed> {
  const { method, boxes, shadow = false, ways = false } = options;
  const recorded = isInspected(options) ? onRecording : undefined;
  const { header, report } = await replay(path, options, { boxes, shadow }, onScreen, recorded);
  const price = priceOf(options);
  return {
    path,
    method,
    header,
    report,
    ...(price && { price }),
    ...(ways && price && { ways: await replayWays(path, options, price, report) }),
  };
}

/** How a replay uploads. */
interface Uploads {
  readonly boxes: 'single' | BoxPrice;
  readonly shadow: boolean;
}

async function replay(
  path: string,
  { method, memory }: ReplayOptions,
  { boxes, shadow }: Uploads,
  onScreen?: (image: ScreenTargetImage) => void,
  onRecording?: (recording: Recording) => void,
): Promise<{ header: TraceHeader; report: ReplayReport }> {
  const trace = await openTrace(path === STANDARD_INPUT ? openInput(path) : path);
  const driver = { makePolicy: policyFor(method), boxes, shadowLimit: shadow ? Infinity : 0 };
  const machine = makeMachine(memory, driver);
  const progress = replayProgress(path, trace.header.frames);
  try {
    const listener = { onFrameDone: progress.update, ...(onScreen && { onScreen }) };
    if (onRecording === undefined) {
      return { header: trace.header, report: await replayTrace(machine, trace, listener) };
    }
    const { recordReplay } = await import('@cg/inspector');
    const { recording, report } = await recordReplay(machine, trace, {
      ...listener,
      title: `${basename(path, '.cgtrace.gz')}: ${trace.header.title}`,
    });
    onRecording(recording);
    return { header: trace.header, report };
  } finally {
    progress.stop();
  }
}

/** Replays each way to upload; a program's rectangles are counted in any. */
async function replayWays(
  path: string,
  options: ReplayOptions,
  price: BoxPrice,
  { bytesOfRectangles, rectangles }: ReplayReport,
): Promise<UploadWay[]> {
  const ways: UploadWay[] = [];
  const add = async (way: string, uploads: Uploads): Promise<void> => {
    const { report } = await replay(path, options, uploads);
    ways.push({ way, bytes: report.bytesUploaded, boxes: report.boxes });
  };
  await add('single boxes', { boxes: 'single', shadow: false });
  await add('cheapest boxes', { boxes: price, shadow: false });
  await add('compared, single', { boxes: 'single', shadow: true });
  await add('compared, cheapest', { boxes: price, shadow: true });
  ways.push({ way: 'rectangles of stores', bytes: bytesOfRectangles, boxes: rectangles });
  return ways;
}
