import { DeviceRecorder } from '@cg/svga-device';
import { PIGLIT_DISK, PIGLIT_FOLDER } from '../boot/disk-content.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { startForkServer } from './fork-server.js';
import { complaints } from './gl-report.js';
import { startGlGuest, type GlGuestOptions } from './gl-guest.js';
import type { Launch } from './guest-line.js';
import { HostReference } from './host-reference.js';
import {
  LLVMPIPE,
  PIGLIT_ENVIRONMENT,
  piglitCommand,
  piglitResult,
  readTests,
  ReferenceResults,
  type PiglitRecord,
  type PiglitResult,
} from './piglit-tests.js';
import { writeRecording } from './recording-file.js';
import type { ReferencePlace } from './reference-places.js';
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
  /** Run the tests on llvmpipe, too. */
  readonly reference: ReferencePlace | undefined;
  /** A file for the results; tests whose result it has are not run again. */
  readonly results: string | undefined;
  /** A file for a recording of the device. */
  readonly record: string | undefined;
  readonly onTest: (run: PiglitRecord) => void;
}

/** The end of a test's output, which says what is wrong: some print a line for every pixel. */
const OUTPUT_CHARACTERS = 4000;

type References = (group: readonly GuestCommand[]) => Promise<Map<string, PiglitResult | undefined>>;

/** @throws GuestError */
export async function runPiglit(request: PiglitRequest): Promise<PiglitRecord[]> {
  const commands = readTests(request.tests).map((test) => piglitCommand(test));
  const { coherent, renderer, results } = request;
  const file = results === undefined ? undefined : new ResultFile(results, { renderer, coherent });
  const records = new Map(commands.map(({ name }) => [name, file?.get(name)]));
  const missing = commands.filter(({ name }) => !isComplete(records.get(name), request));
  let started: Promise<PiglitSession> | undefined;
  const session = async (): Promise<PiglitSession> => (started ??= startSession(request));
  try {
    const references = missing.length > 0 ? await referencesOf(request, session) : undefined;
    for (const group of groupsOf(missing)) {
      const known = group.flatMap(({ name }) => records.get(name) ?? []);
      for (const record of await groupRecords(session, group, request, known, references)) {
        file?.add(record);
        request.onTest(record);
        records.set(record.name, record);
      }
    }
    if (request.record !== undefined && started !== undefined) {
      const { guest, recorder } = await started;
      await writeRecording(request.record, recorder!, guest, request.say);
    }
    return [...records.values()].filter((record) => record !== undefined);
  } finally {
    await (await started?.catch(() => undefined))?.guest.end();
  }
}

function isComplete(record: PiglitRecord | undefined, { reference }: PiglitRequest): boolean {
  return record !== undefined && (reference === undefined || record.referenceOn === reference);
}

/** A guest that runs tests. */
interface PiglitSession {
  readonly guest: EmulatedGuest;
  readonly launch: Launch;
  readonly references: ReferenceResults;
  readonly recorder: DeviceRecorder | undefined;
  readonly leftOut: () => ReadonlyMap<string, number>;
}

async function startSession(request: PiglitRequest): Promise<PiglitSession> {
  const renderer = await makeRenderer(request.renderer);
  const recorder = request.record === undefined ? undefined : new DeviceRecorder();
  const { guest, disk } = await startGlGuest({ ...request, renderer, recorder, disk: PIGLIT_DISK });
  const launch = await startForkServer(guest, `${PIGLIT_FOLDER}/lib`);
  const references = new ReferenceResults(request.cache, disk.id);
  return { guest, launch, references, recorder, leftOut: renderer.leftOut };
}

/** What runs tests on llvmpipe; undefined if that is not asked for. */
async function referencesOf(
  request: PiglitRequest,
  session: () => Promise<PiglitSession>,
): Promise<References | undefined> {
  const { reference, seconds } = request;
  if (reference === 'host') {
    const host = await HostReference.find(request);
    return async (group) => {
      const results = new Map<string, PiglitResult>();
      for (const command of group) {
        results.set(command.name, await host.resultOf(command, seconds));
      }
      return results;
    };
  }
  if (reference === undefined) {
    return undefined;
  }
  return async (group) => {
    const { references } = await session();
    const unknown = group.filter(({ name }) => references.get(name) === undefined);
    for (const { name, result } of await runGroup(await session(), unknown, request, LLVMPIPE)) {
      references.set(name, result);
    }
    return new Map(group.map(({ name }) => [name, references.get(name)]));
  };
}

/** @param known records of runs without llvmpipe */
async function groupRecords(
  session: () => Promise<PiglitSession>,
  group: readonly GuestCommand[],
  request: PiglitRequest,
  known: readonly PiglitRecord[],
  references: References | undefined,
): Promise<PiglitRecord[]> {
  const records = new Map(known.map((record) => [record.name, record]));
  const unknown = group.filter(({ name }) => !records.has(name));
  for (const record of unknown.length > 0 ? await runGroup(await session(), unknown, request, {}) : []) {
    records.set(record.name, { ...record, output: record.output.slice(-OUTPUT_CHARACTERS) });
    if (request.renderer === 'none') {
      (await session()).references.set(record.name, record.result);
    }
  }
  const reference = await references?.(group);
  return group.map(({ name }) => ({
    ...records.get(name)!,
    ...(reference && { reference: reference.get(name), referenceOn: request.reference }),
  }));
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
  { guest, launch, recorder, leftOut }: PiglitSession,
  command: GuestCommand,
  { coherent, seconds }: PiglitRequest,
  variables: Readonly<Record<string, string>>,
): Promise<PiglitRecord> {
  let output = '';
  const decoder = new TextDecoder();
  const take = async (bytes: Uint8Array): Promise<void> => {
    output += decoder.decode(bytes, { stream: true });
  };
  const environment = { ...PIGLIT_ENVIRONMENT, ...variables };
  const options = { coherent, seconds, environment, launch, leftOut, onOutput: take, onErrors: take };
  const { picture: _picture, ...run } = await runProgram(guest, command, options);
  recorder?.mark(`done ${command.name}`);
  return { ...run, result: piglitResult(output, run.exitCode), output };
}
