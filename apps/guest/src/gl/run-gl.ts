import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DeviceRecorder } from '@cg/svga-device';
import { DISK_ROOT } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { GuestError } from '../guest-error.js';
import { writeGuestFile } from '../linux/guest-file.js';
import { scene, startGlGuest, type GlGuestOptions } from './gl-guest.js';
import { readProgram, type UserProgram } from './gl-programs.js';
import type { RendererName } from './renderer-names.js';
import { makeRenderer } from './renderers.js';
import { runProgram, type GuestCommand, type ProgramRun } from './run-program.js';

/** Programs that draw in a guest, one after the other. */
export interface GlRequest extends Omit<GlGuestOptions, 'renderer' | 'recorder'> {
  /** Scenes by name, and paths of programs. */
  readonly programs: readonly string[];
  /** Of each program of the user's. */
  readonly programArgs: readonly string[];
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
  const programs = request.programs.map((name) => readProgram(name));
  const renderer = await makeRenderer(request.renderer);
  const recorder = request.record === undefined ? undefined : new DeviceRecorder();
  const start = performance.now();
  const { guest, restored } = await startGlGuest({ ...request, renderer, recorder });
  const startSeconds = (performance.now() - start) / 1000;
  try {
    const runs: ProgramRun[] = [];
    for (const program of programs) {
      const command = typeof program === 'string' ? scene(program) : await install(guest, program, request);
      const run = await runProgram(guest, command, { ...request, onMark: (text) => recorder?.mark(text) });
      request.onProgram(run);
      runs.push(run);
    }
    if (recorder !== undefined && request.record !== undefined) {
      await guest.pause();
      await guest.device.settle();
      writeRecording(request.record, recorder);
      if (recorder.isFull) {
        request.say('the recording is full, and ends before the programs');
      }
    }
    return { renderer: renderer.name, coherent: request.coherent, restored, startSeconds, programs: runs };
  } finally {
    await guest.end();
  }
}

/** Copies a program to the guest. */
async function install(
  guest: EmulatedGuest,
  { path, bytes }: UserProgram,
  { programArgs, flip }: GlRequest,
): Promise<GuestCommand> {
  const name = basename(path);
  await writeGuestFile(guest.program, `${DISK_ROOT}/tmp/user-program`, bytes);
  await guest.shell.must(`chmod 755 ${DISK_ROOT}/tmp/user-program`);
  return { name, words: ['/tmp/user-program', ...programArgs], hasMarks: false, flip };
}

function writeRecording(path: string, recorder: DeviceRecorder): void {
  try {
    writeFileSync(path, recorder.bytes());
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? error : new GuestError(`${path}: cannot be written (${code})`);
  }
}
