import { flippedPicture } from '@cg/svga-device';
import type { Picture, SvgaDevice } from '@cg/svga-device';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { GuestError } from '../guest-error.js';
import { readGuestFile } from '../linux/guest-file.js';
import { SIGTERM, SYS } from '../linux/system-calls.js';
import { countObjects, growth, type ObjectCounts } from './device-objects.js';
import { guestLine, type LineOptions } from './guest-line.js';
import { takeKernelLog, warningsOf } from './kernel-log.js';
import { LastPicture } from './last-picture.js';
import { ScreenWatch, type ShownFrames } from './screen-watch.js';

/** A program in the guest, as its shell gets it. */
export interface GuestCommand {
  readonly name: string;
  /** Its path on the guest's disk, and its arguments. */
  readonly words: readonly string[];
  /** Marks come from its standard output, which then is the console. */
  readonly hasMarks: boolean;
  /** The first row of its picture in memory is the lowest. */
  readonly flip: boolean;
  /** It draws on the screen. */
  readonly screen?: ScreenCommand;
  readonly environment?: Readonly<Record<string, string>>;
  /** It is a client of the X server, which keeps buffers for the next one: nothing is known of what is left. */
  readonly onServer?: boolean;
}

/** A program whose picture is that of the screen. */
interface ScreenCommand {
  /** Frames after which its picture is taken, and it is ended; it ends by itself if left out. */
  readonly frames: number | undefined;
}

/** Times of a scene's frames in the guest, in milliseconds. */
interface FrameTimes {
  readonly frames: number;
  readonly first: number;
  /** The mean of the others; 0 if there are none. */
  readonly each: number;
}

/** What a program did, and what is left of it. */
export interface ProgramRun {
  readonly name: string;
  /** 128 + n where signal n ended it; null if it did not end in time. */
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly commands: number;
  readonly draws: number;
  readonly bytesUploaded: number;
  readonly bytesReadBack: number;
  /** Commands that the device refused, and the reason of the last one. */
  readonly refused: number;
  readonly lastError: string | undefined;
  /** Objects of the device that were not there before. */
  readonly left: ObjectCounts;
  /** Warnings and errors of the guest's kernel. */
  readonly warnings: readonly string[];
  /** Errors that the program has marked. */
  readonly errors: readonly string[];
  /** What the renderer has not drawn, and how often: its limits, of which neither device nor guest learn. */
  readonly leftOut: readonly string[];
  readonly frames: FrameTimes | undefined;
  /** Of a program that draws on the screen. */
  readonly shown: ShownFrames | undefined;
  /** FNV-1a of the picture's bytes as the program read them, in hexadecimal. */
  readonly pictureHash: string | undefined;
  /** What was read back last, if it was asked for, or was on the screen. */
  readonly picture: Picture | undefined;
}

export interface ProgramOptions extends LineOptions {
  /** As `ChosenRenderer.leftOut`; nothing is counted without it. */
  readonly leftOut?: () => ReadonlyMap<string, number>;
  /** Keep the picture that is read back last. */
  readonly takePicture?: boolean;
  readonly onMark?: (text: string) => void;
  readonly onOutput?: (bytes: Uint8Array) => Promise<void>;
  readonly onErrors?: (bytes: Uint8Array) => Promise<void>;
}

/** The guest's clock kills a program that takes too long. The host waits so much longer. */
const LATE_SECONDS = 300;
const KILLED = 128 + 9;
const TERMINATED = 128 + SIGTERM;

/** Where the process id of the program is. */
const PROCESS_ID = '/run/program';
/** A pipe into which nothing is written: programs on the screen end at the first byte of their standard input. */
const QUIET_INPUT = '/run/quiet';

const DONE = /^done \S+ frames (\d+) first ([\d.]+) each ([\d.]+) picture ([0-9a-f]{8})$/;

/** Runs a program of the disk to its end. @throws GuestError if the guest ends */
export async function runProgram(
  guest: EmulatedGuest,
  command: GuestCommand,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const before = counters(guest.device);
  const leftOutBefore = options.leftOut?.();
  const onScreen = command.screen && new ScreenRun(guest, command, options);
  const last = options.takePicture === true ? new LastPicture(guest.device) : undefined;
  const errors: string[] = [];
  let done: RegExpExecArray | null = null;
  guest.onMark = (text) => {
    options.onMark?.(text);
    if (text.startsWith('error')) {
      errors.push(text.slice('error '.length));
    }
    done = DONE.exec(text) ?? done;
  };
  const start = performance.now();
  const waitSeconds = options.seconds + LATE_SECONDS;
  const ended = await guest.shell.run(shellLine(command, options), {
    ...options,
    seconds: waitSeconds,
    ...(onScreen && { onPoll: async () => onScreen.poll() }),
  });
  const seconds = (performance.now() - start) / 1000;
  guest.onMark = () => {};
  const readBack = last?.end();
  const screen = onScreen?.end();
  const status = screen?.isEnded && ended === TERMINATED ? 0 : ended;
  const picture = screen === undefined ? readBack : screen.picture;
  if (status === undefined) {
    throw new GuestError(`${command.name} has not ended within ${waitSeconds} s`);
  }
  const log = await takeKernelLog(guest.program);
  const after = counters(guest.device);
  const [, frames, first, each, pictureHash] = (done as RegExpExecArray | null) ?? [];
  return {
    name: command.name,
    exitCode: status === KILLED && seconds >= options.seconds ? null : status,
    seconds,
    commands: after.commands - before.commands,
    draws: after.draws - before.draws,
    bytesUploaded: after.bytesUploaded - before.bytesUploaded,
    bytesReadBack: after.bytesReadBack - before.bytesReadBack,
    refused: after.errors - before.errors,
    lastError: after.errors > before.errors ? guest.device.lastError?.message : undefined,
    left: command.onServer ? {} : growth(before.objects, after.objects),
    warnings: warningsOf(log),
    errors,
    leftOut: newlyLeftOut(leftOutBefore, options.leftOut?.()),
    frames:
      frames === undefined ? undefined : { frames: Number(frames), first: Number(first), each: Number(each) },
    shown: screen?.shown,
    pictureHash,
    picture: picture && command.flip ? flippedPicture(picture) : picture,
  };
}

/** A program on the screen: its picture after some frames, and its end. */
class ScreenRun {
  readonly #guest: EmulatedGuest;
  readonly #watch: ScreenWatch;
  #isEnded = false;
  /** Set when the frames are reached; resolves when the picture is taken. */
  #picture: Promise<void> | undefined;

  constructor(guest: EmulatedGuest, { name, screen }: GuestCommand, { onMark }: ProgramOptions) {
    this.#guest = guest;
    this.#watch = new ScreenWatch(guest.device, screen?.frames ?? Infinity, () => {
      this.#picture = this.#take(() => onMark?.(`screen ${name}`));
    });
  }

  /** Ends the program when its picture is taken. */
  async poll(): Promise<void> {
    if (this.#picture !== undefined && !this.#isEnded) {
      await this.#picture;
      this.#isEnded = true;
      const { program } = this.#guest;
      const id = Number(new TextDecoder().decode(await readGuestFile(program, PROCESS_ID)));
      await program.call(SYS.KILL, id, SIGTERM);
    }
  }

  end() {
    return { ...this.#watch.end(), isEnded: this.#isEnded };
  }

  async #take(marked: () => void): Promise<void> {
    await this.#guest.pause();
    await this.#guest.device.settle();
    this.#watch.take();
    marked();
    this.#guest.run();
  }
}

function newlyLeftOut(
  before: ReadonlyMap<string, number> = new Map(),
  after: ReadonlyMap<string, number> = new Map(),
): string[] {
  const more = [...after].map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const);
  return more.flatMap(([what, count]) => (count > 0 ? [`not drawn, ${count} times: ${what}`] : []));
}

function counters({ statistics }: SvgaDevice) {
  const { commands, draws, bytesUploaded, bytesReadBack, errors, perCommand } = statistics;
  return { commands, draws, bytesUploaded, bytesReadBack, errors, objects: countObjects(perCommand) };
}

function shellLine(
  { words, hasMarks, screen, environment: own }: GuestCommand,
  options: ProgramOptions,
): string {
  const environment = { ...own, ...options.environment };
  if (screen !== undefined) {
    const line = guestLine(words, { ...options, environment, noteIn: PROCESS_ID });
    return `[ -p ${QUIET_INPUT} ] || mkfifo ${QUIET_INPUT}; ${line} 0<> ${QUIET_INPUT}`;
  }
  const line = guestLine(words, { ...options, environment });
  return hasMarks ? `${line} > /dev/ttyS0 2>&1` : line;
}
