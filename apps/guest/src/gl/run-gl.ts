import { basename } from 'node:path';
import { DeviceRecorder } from '@cg/svga-device';
import { X_DISK } from '../boot/disk-content.js';
import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { writeGuestFile } from '../linux/guest-file.js';
import { scene, startGlGuest, type GlGuestOptions } from './gl-guest.js';
import { X_ENVIRONMENT } from '../x/x-server.js';
import { userFrames, type DiskProgram } from './disk-programs.js';
import { readProgram, type Program, type UserProgram } from './gl-programs.js';
import type { RendererName } from './renderer-names.js';
import { writeRecording } from './recording-file.js';
import { makeRenderer } from './renderers.js';
import { runProgram, type GuestCommand, type ProgramRun } from './run-program.js';

/** Programs that draw in a guest, one after the other. */
export interface GlRequest extends Omit<GlGuestOptions, 'renderer' | 'recorder' | 'disk'> {
  /** Programs by name, and paths. */
  readonly programs: readonly string[];
  /** Of each program that is no scene. */
  readonly programArgs: readonly string[];
  /** Frames on the screen, after which a program is ended; undefined for the program's own. */
  readonly frames: number | undefined;
  readonly renderer: RendererName;
  readonly coherent: boolean;
  /** A file's program has the last row of its picture first in memory, as OpenGL has it in framebuffer objects. */
  readonly flip: boolean;
  /** Timeout of a program. */
  readonly seconds: number;
  /** Keep the pictures that the programs read back last. */
  readonly takePicture: boolean;
  /** A file for the recording. */
  readonly record: string | undefined;
  readonly onOutput: (bytes: Uint8Array) => Promise<void>;
  readonly onErrors: (bytes: Uint8Array) => Promise<void>;
  readonly onProgram: (run: ProgramRun) => void;
}

export interface GlReport {
  readonly renderer: string;
  readonly coherent: boolean;
  readonly restored: boolean;
  readonly startSeconds: number;
  readonly programs: readonly ProgramRun[];
}

/**
 * Starts a guest with Mesa, and runs the programs in it.
 * @throws GuestError
 */
export async function runGl(request: GlRequest): Promise<GlReport> {
  const programs = request.programs.map((name) => readProgram(name, request.x));
  const renderer = await makeRenderer(request.renderer);
  const recorder = request.record === undefined ? undefined : new DeviceRecorder();
  const start = performance.now();
  const disk = request.x || programs.some(isOfDisk) ? X_DISK : undefined;
  const { guest, restored } = await startGlGuest({ ...request, renderer, recorder, ...(disk && { disk }) });
  const startSeconds = (performance.now() - start) / 1000;
  try {
    const runs: ProgramRun[] = [];
    const onMark = (text: string): void => recorder?.mark(text);
    for (const program of programs) {
      const command = await commandOf(guest, program, request);
      const run = await runProgram(guest, command, { ...request, leftOut: renderer.leftOut, onMark });
      request.onProgram(run);
      runs.push(run);
    }
    if (recorder !== undefined && request.record !== undefined) {
      await writeRecording(request.record, recorder, guest, request.say);
    }
    return { renderer: renderer.name, coherent: request.coherent, restored, startSeconds, programs: runs };
  } finally {
    await guest.end();
  }
}

function isOfDisk(program: Program): program is DiskProgram {
  return typeof program !== 'string' && 'words' in program;
}

async function commandOf(guest: EmulatedGuest, program: Program, request: GlRequest): Promise<GuestCommand> {
  if (typeof program === 'string') {
    return scene(program);
  }
  const { programArgs, x, frames, flip } = request;
  const environment = x ? X_ENVIRONMENT : {};
  if (isOfDisk(program)) {
    const words = [...program.words, ...programArgs];
    const screen = { frames: frames ?? program.frames };
    return {
      name: program.name,
      words,
      hasMarks: false,
      flip: false,
      screen,
      environment,
      onServer: x === true,
    };
  }
  const words = [await install(guest, program), ...programArgs];
  const screen = x || frames !== undefined ? { frames: frames ?? userFrames } : undefined;
  return {
    name: basename(program.path),
    words,
    hasMarks: false,
    flip,
    environment,
    onServer: x === true,
    ...(screen && { screen }),
  };
}

/** Copies a program to the guest. @returns its path on the disk */
async function install(guest: EmulatedGuest, { bytes }: UserProgram): Promise<string> {
  const path = '/tmp/user-program';
  await writeGuestFile(guest.program, DISK_ROOT + path, bytes);
  await guest.shell.must(`chmod 755 ${DISK_ROOT}${path}`);
  return path;
}
