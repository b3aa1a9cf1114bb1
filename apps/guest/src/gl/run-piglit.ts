import { PIGLIT_DISK, PIGLIT_FOLDER } from '../boot/guest-disk.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { startGlGuest, type GlGuestOptions } from './gl-guest.js';
import { piglitCommand, piglitResult, ReferenceResults, type PiglitResult } from './piglit-tests.js';
import type { RendererName } from './renderer-names.js';
import { makeRenderer } from './renderers.js';
import { runProgram, type GuestCommand, type ProgramRun } from './run-program.js';

/** Tests of piglit in a guest, one after the other. */
export interface PiglitRequest extends Omit<GlGuestOptions, 'renderer' | 'recorder' | 'disk'> {
  readonly tests: readonly string[];
  readonly renderer: RendererName;
  readonly coherent: boolean;
  readonly seconds: number;
  /** Run the tests on llvmpipe in the same guest, too. */
  readonly reference: boolean;
  readonly onTest: (run: PiglitRun) => void;
}

/** A test on the device. */
export interface PiglitRun extends ProgramRun {
  readonly result: PiglitResult;
  /** Of llvmpipe in the same guest; undefined if it was not asked for. */
  readonly reference: PiglitResult | undefined;
  /** What the test printed. */
  readonly output: string;
}

const ENVIRONMENT = {
  PIGLIT_PLATFORM: 'surfaceless_egl',
  PIGLIT_SOURCE_DIR: PIGLIT_FOLDER,
};

/** @throws GuestError */
export async function runPiglit(request: PiglitRequest): Promise<PiglitRun[]> {
  const commands = request.tests.map((test) => piglitCommand(test));
  const renderer = await makeRenderer(request.renderer);
  const { guest, disk } = await startGlGuest({ ...request, renderer, disk: PIGLIT_DISK });
  try {
    const references = request.reference ? new ReferenceResults(request.cache, disk.id) : undefined;
    const runs: PiglitRun[] = [];
    for (const command of commands) {
      const reference = references && (await referenceResult(guest, command, request, references));
      const run = { ...(await runTest(guest, command, request, {})), reference };
      request.onTest(run);
      runs.push(run);
    }
    return runs;
  } finally {
    await guest.end();
  }
}

async function referenceResult(
  guest: EmulatedGuest,
  command: GuestCommand,
  request: PiglitRequest,
  references: ReferenceResults,
): Promise<PiglitResult> {
  const test = command.words.join(' ');
  const known = references.get(test);
  if (known !== undefined) {
    return known;
  }
  const { result } = await runTest(guest, command, request, { LIBGL_ALWAYS_SOFTWARE: 'true' });
  references.set(test, result);
  return result;
}

async function runTest(
  guest: EmulatedGuest,
  command: GuestCommand,
  { coherent, seconds }: PiglitRequest,
  variables: Readonly<Record<string, string>>,
): Promise<Omit<PiglitRun, 'reference'>> {
  let output = '';
  const decoder = new TextDecoder();
  const take = async (bytes: Uint8Array): Promise<void> => {
    output += decoder.decode(bytes, { stream: true });
  };
  const environment = { ...ENVIRONMENT, ...variables };
  const run = await runProgram(guest, command, {
    coherent,
    seconds,
    environment,
    onOutput: take,
    onErrors: take,
  });
  return { ...run, result: piglitResult(output, run.exitCode), output };
}
