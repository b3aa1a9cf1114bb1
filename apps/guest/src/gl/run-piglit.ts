import { PIGLIT_DISK, PIGLIT_FOLDER } from '../boot/guest-disk.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { startForkServer } from './fork-server.js';
import { complaints } from './gl-report.js';
import { startGlGuest, type GlGuestOptions } from './gl-guest.js';
import type { Launch } from './guest-line.js';
import {
  piglitCommand,
  piglitResult,
  readTests,
  ReferenceResults,
  type PiglitRecord,
} from './piglit-tests.js';
import type { RendererName } from './renderer-names.js';
import { makeRenderer } from './renderers.js';
import { ResultFile } from './result-file.js';
import { groupCommand, groupResults, groupsOf } from './shader-tests.js';
import { runProgram, type GuestCommand } from './run-program.js';

/** Tests of piglit in a guest, one after the other. */
export interface PiglitRequest extends Omit<GlGuestOptions, 'renderer' | 'recorder' | 'disk'> {
  /** Tests, and `@FILE` for those of a file. */
  readonly tests: readonly string[];
  readonly renderer: RendererName;
  readonly coherent: boolean;
  readonly seconds: number;
  /** Run the tests on llvmpipe in the same guest, too. */
  readonly reference: boolean;
  /** A file for the results; tests whose result it has are not run again. */
  readonly results: string | undefined;
  readonly onTest: (run: PiglitRecord) => void;
}

const LLVMPIPE = { LIBGL_ALWAYS_SOFTWARE: 'true' };

/** The end of a test's output, which says what is wrong: some print a line for every pixel. */
const OUTPUT_CHARACTERS = 4000;

const ENVIRONMENT = {
  PIGLIT_PLATFORM: 'surfaceless_egl',
  PIGLIT_SOURCE_DIR: PIGLIT_FOLDER,
};

/** @throws GuestError */
export async function runPiglit(request: PiglitRequest): Promise<PiglitRecord[]> {
  const commands = readTests(request.tests).map((test) => piglitCommand(test));
  const { coherent, renderer, results } = request;
  const file = results === undefined ? undefined : new ResultFile(results, { renderer, coherent });
  const records = new Map(commands.map(({ name }) => [name, file?.get(name)]));
  const missing = commands.filter(({ name }) => !isComplete(records.get(name), request));
  const session = missing.length > 0 ? await startSession(request) : undefined;
  try {
    for (const group of session === undefined ? [] : groupsOf(missing)) {
      const known = new Map(group.map(({ name }) => [name, records.get(name)]));
      for (const record of await groupRecords(session!, group, request, known)) {
        file?.add(record);
        request.onTest(record);
        records.set(record.name, record);
      }
    }
    return [...records.values()].filter((record) => record !== undefined);
  } finally {
    await session?.guest.end();
  }
}

function isComplete(record: PiglitRecord | undefined, { reference }: PiglitRequest): boolean {
  return record !== undefined && !(reference && record.reference === undefined);
}

/** A guest that runs tests. */
interface PiglitSession {
  readonly guest: EmulatedGuest;
  readonly launch: Launch;
  readonly references: ReferenceResults;
}

async function startSession(request: PiglitRequest): Promise<PiglitSession> {
  const renderer = await makeRenderer(request.renderer);
  const { guest, disk } = await startGlGuest({ ...request, renderer, disk: PIGLIT_DISK });
  const launch = await startForkServer(guest, `${PIGLIT_FOLDER}/lib`);
  return { guest, launch, references: new ReferenceResults(request.cache, disk.id) };
}

/** @param known of runs without llvmpipe */
async function groupRecords(
  session: PiglitSession,
  group: readonly GuestCommand[],
  request: PiglitRequest,
  known: ReadonlyMap<string, PiglitRecord | undefined>,
): Promise<PiglitRecord[]> {
  const { references } = session;
  if (request.reference) {
    const unknown = group.filter(({ name }) => references.get(name) === undefined);
    for (const { name, result } of await runGroup(session, unknown, request, LLVMPIPE)) {
      references.set(name, result);
    }
  }
  const unknown = group.filter(({ name }) => known.get(name) === undefined);
  const ran = new Map((await runGroup(session, unknown, request, {})).map((record) => [record.name, record]));
  return group.map(({ name }) => {
    const record = (known.get(name) ?? ran.get(name))!;
    const output = record.output.slice(-OUTPUT_CHARACTERS);
    if (request.renderer === 'none') {
      references.set(name, record.result);
    }
    return { ...record, output, ...(request.reference && { reference: references.get(name) }) };
  });
}

/** Runs tests together where that can be. One that does not pass or complains runs again alone. */
async function runGroup(
  session: PiglitSession,
  group: readonly GuestCommand[],
  request: PiglitRequest,
  variables: Readonly<Record<string, string>>,
): Promise<PiglitRecord[]> {
  const records: PiglitRecord[] = [];
  let rest = group;
  while (rest.length > 1) {
    const together = await runTest(session, groupCommand(rest), request, variables);
    const results = groupResults(rest, together.output);
    const isClean = complaints(together).length === 0;
    const ended = results.indexOf(undefined);
    const reached = ended === -1 ? rest.length : ended + 1;
    for (const [i, command] of rest.slice(0, reached).entries()) {
      const result = results[i];
      const isGood = isClean && (result === 'pass' || result === 'skip');
      const own = { name: command.name, output: '', together: rest.length, exitCode: 0 };
      records.push(
        isGood ? { ...together, ...own, result } : await runTest(session, command, request, variables),
      );
    }
    rest = rest.slice(reached);
  }
  for (const command of rest) {
    records.push(await runTest(session, command, request, variables));
  }
  return records;
}

async function runTest(
  { guest, launch }: PiglitSession,
  command: GuestCommand,
  { coherent, seconds }: PiglitRequest,
  variables: Readonly<Record<string, string>>,
): Promise<PiglitRecord> {
  let output = '';
  const decoder = new TextDecoder();
  const take = async (bytes: Uint8Array): Promise<void> => {
    output += decoder.decode(bytes, { stream: true });
  };
  const environment = { ...ENVIRONMENT, ...variables };
  const options = { coherent, seconds, environment, launch, onOutput: take, onErrors: take };
  const { picture: _picture, ...run } = await runProgram(guest, command, options);
  return { ...run, result: piglitResult(output, run.exitCode), output };
}
