import { flippedPicture } from '@cg/svga-device';
import type { Picture, SvgaDevice } from '@cg/svga-device';
import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { GuestError } from '../guest-error.js';
import { countObjects, growth, type ObjectCounts } from './device-objects.js';
import { NEW_KERNEL_LINES, warningsOf } from './kernel-log.js';
import { LastPicture } from './last-picture.js';

/** A program in the guest, as its shell gets it. */
export interface GuestCommand {
  readonly name: string;
  /** Its path on the guest's disk, and its arguments. */
  readonly words: readonly string[];
  /** Marks come from its standard output, which then is the console. */
  readonly hasMarks: boolean;
  /** The first row of its picture in memory is the lowest. */
  readonly flip: boolean;
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
  readonly frames: FrameTimes | undefined;
  /** FNV-1a of the picture's bytes as the program read them, in hexadecimal. */
  readonly pictureHash: string | undefined;
  /** What was read back last. */
  readonly picture: Picture | undefined;
}

/** Makes the line for the guest's shell that runs a program of the disk. */
export type Launch = (
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  seconds: number,
) => string;

export interface ProgramOptions {
  /** Mesa makes all its memory coherent, and transfers nothing explicitly. */
  readonly coherent: boolean;
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Without it, the program is a process of the shell. */
  readonly launch?: Launch;
  readonly onMark?: (text: string) => void;
  readonly onOutput?: (bytes: Uint8Array) => Promise<void>;
  readonly onErrors?: (bytes: Uint8Array) => Promise<void>;
}

/** The guest's clock kills a program that takes too long. The host waits so much longer. */
const LATE_SECONDS = 300;
const KILLED = 128 + 9;

const DONE = /^done \S+ frames (\d+) first ([\d.]+) each ([\d.]+) picture ([0-9a-f]{8})$/;

/** Runs a program of the disk to its end. @throws GuestError if the guest ends */
export async function runProgram(
  guest: EmulatedGuest,
  command: GuestCommand,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const before = counters(guest.device);
  const last = new LastPicture(guest.device);
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
  const status = await guest.shell.run(shellLine(command, options), { ...options, seconds: waitSeconds });
  const seconds = (performance.now() - start) / 1000;
  guest.onMark = () => {};
  const picture = last.end();
  if (status === undefined) {
    throw new GuestError(`${command.name} has not ended within ${waitSeconds} s`);
  }
  const log = await guest.shell.must(NEW_KERNEL_LINES);
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
    left: growth(before.objects, after.objects),
    warnings: warningsOf(log),
    errors,
    frames:
      frames === undefined ? undefined : { frames: Number(frames), first: Number(first), each: Number(each) },
    pictureHash,
    picture: picture && command.flip ? flippedPicture(picture) : picture,
  };
}

function counters({ statistics }: SvgaDevice) {
  const { commands, draws, bytesUploaded, bytesReadBack, errors, perCommand } = statistics;
  return { commands, draws, bytesUploaded, bytesReadBack, errors, objects: countObjects(perCommand) };
}

function shellLine({ words, hasMarks }: GuestCommand, options: ProgramOptions): string {
  const { coherent, seconds, environment, launch = processLine } = options;
  const variables = {
    HOME: '/tmp',
    XDG_RUNTIME_DIR: '/tmp',
    MESA_SHADER_CACHE_DISABLE: 'true',
    ...(coherent && { SVGA_FORCE_COHERENT: '1' }),
    ...environment,
  };
  const line = launch(words, variables, seconds);
  return hasMarks ? `${line} > /dev/ttyS0 2>&1` : line;
}

function processLine(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  seconds: number,
): string {
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...assigned, `timeout -s KILL ${seconds} chroot`, DISK_ROOT, ...words.map(quoted)].join(' ');
}

/** A word for a shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
