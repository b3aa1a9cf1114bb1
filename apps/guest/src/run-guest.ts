import { recordedGuestCases, type GuestCase } from '@cg/machine/guest-cases';
import { type Renderer, type ScreenTargetImage, type SvgaDeviceOptions } from '@cg/svga-device';
import { SVGA_CAP } from '@cg/svga-protocol';
import { compareCase, type ComparedCase } from './cases/compare-cases.js';
import { checkContext, type ContextCheck } from './checks/check-context.js';
import { checkMemory, type MemoryCheck } from './checks/check-memory.js';
import { checkConsole, type ConsoleCheck } from './checks/check-console.js';
import type { EmulatedGuest } from './emulator/emulated-guest.js';
import { GuestError } from './guest-error.js';
import type { BootRequest } from './boot/boot-request.js';
import { findGuestFiles } from './boot/guest-files.js';
import { buildInitramfs } from './boot/initramfs.js';
import { measureConsoles, VGA_DRIVER, type ConsoleRate } from './checks/measure-console.js';
import { SavedStates } from './emulator/saved-states.js';
import { selectCases, type CaseChoice, type CaseGroup, type Variant } from './cases/select-cases.js';
import { startGuest } from './emulator/start-guest.js';

/** A guest, and its checks and commands. */
export interface GuestRequest extends BootRequest, Variant {
  /** A device with shader model 4.1. */
  readonly sm41: boolean;
  /** A device without command buffers. */
  readonly fifo: boolean;
  /** Time of a submission, in milliseconds. */
  readonly delay: number;
  readonly cases: CaseChoice | undefined;
  readonly checkConsole: boolean;
  readonly checkMemory: boolean;
  /** On devices with DX contexts. */
  readonly checkContext: boolean;
  /** A command to run in the guest's shell. */
  readonly run: string | undefined;
  /** Timeout of the command. */
  readonly runSeconds: number;
  readonly takeScreen: boolean;
  /** Draws for the device. */
  readonly renderer?: Renderer;
}

/** Receives the progress and output of a run. */
export interface GuestReporter {
  say(what: string): void;
  onConsole(text: string): void;
  /** Output of the command. More is read when the promise resolves. */
  onOutput(bytes: Uint8Array): Promise<void>;
  onErrors(bytes: Uint8Array): Promise<void>;
  onCase(compared: ComparedCase): void;
  /** Called at the end, before the guest is stopped. */
  interact(guest: EmulatedGuest): Promise<void>;
}

/** The results of one guest. */
export interface GuestReport extends Variant {
  readonly restored: boolean;
  readonly bootSeconds: number;
  readonly loadSeconds: number;
  readonly cases: readonly ComparedCase[];
  readonly console: ConsoleCheck | undefined;
  readonly memory: readonly MemoryCheck[];
  readonly context: ContextCheck | undefined;
  /** Exit code of the command, null if it did not end in time; undefined without a command. */
  readonly runExitCode: number | null | undefined;
  /** Commands that the device executed in this run. */
  readonly commands: number;
  readonly perCommand: Readonly<Record<string, number>>;
  /** Commands that it has refused. */
  readonly refused: number;
  readonly lastError: string | undefined;
  readonly screen: ScreenTargetImage | undefined;
}

/**
 * Starts the guests that a request needs, one after the other, and runs its checks and its command in each.
 * @throws GuestError
 */
export async function runGuests(request: GuestRequest, reporter: GuestReporter): Promise<GuestReport[]> {
  const reports: GuestReport[] = [];
  for (const group of groupsOf(request)) {
    reports.push(await runGuest(group, request, reporter));
  }
  return reports;
}

/**
 * Boots a guest that measures its consoles.
 * @throws GuestError
 */
export async function measureGuest(
  { paths, cache, flavour, refresh, memoryMib }: GuestRequest,
  { say }: Pick<GuestReporter, 'say'>,
): Promise<ConsoleRate[]> {
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  say('booting Linux, and writing to its consoles');
  return measureConsoles({ files, initramfs: buildInitramfs(files, { unloaded: [VGA_DRIVER] }) }, memoryMib);
}

function groupsOf({ cases, flavour, dx, fifo }: GuestRequest): CaseGroup[] {
  if (cases === undefined) {
    return [{ flavour, dx, cases: [] }];
  }
  // vmwgfx uses DX only with command buffers.
  const possible = recordedGuestCases().filter((guestCase) => !(fifo && guestCase.dx));
  return selectCases(possible, cases, { flavour, dx });
}

function deviceOptions({ sm41, fifo, delay }: GuestRequest, dx: boolean): SvgaDeviceOptions {
  return {
    dx: dx || sm41,
    sm41,
    withoutCapabilities: fifo ? SVGA_CAP.COMMAND_BUFFERS | SVGA_CAP.CMD_BUFFERS_2 : 0,
    completionDelay: delay,
  };
}

async function runGuest(
  { flavour, dx, cases }: CaseGroup,
  request: GuestRequest,
  reporter: GuestReporter,
): Promise<GuestReport> {
  const { say, onConsole } = reporter;
  const { cache, refresh, paths } = request;
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  const { guest, ...started } = await startGuest({
    images: { files, initramfs: buildInitramfs(files) },
    memoryMib: request.memoryMib,
    device: deviceOptions(request, dx),
    renderer: request.renderer,
    states: request.useStates ? new SavedStates(cache) : undefined,
    say,
    onConsole,
  });
  try {
    const console = request.checkConsole ? await checkConsole(guest) : undefined;
    const memory = request.checkMemory ? await checkMemory(guest) : [];
    const context = request.checkContext && dx ? await checkContext(guest) : undefined;
    const compared = await compareAll(guest, cases, reporter);
    const runExitCode = await runCommand(guest, request, reporter);
    await reporter.interact(guest);
    await guest.pause();
    const { commands, errors: refused, perCommand: counts } = guest.device.statistics;
    const perCommand = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    const lastError = guest.device.lastError?.message;
    const screen = request.takeScreen ? screenOf(guest) : undefined;
    const checks = { cases: compared, console, memory, context, runExitCode };
    return { flavour, dx, ...started, ...checks, commands, perCommand, refused, lastError, screen };
  } finally {
    await guest.end();
  }
}

/** Runs the command of a request. The console is not shown meanwhile, so that it does not mix with the output. */
async function runCommand(
  guest: EmulatedGuest,
  { run, runSeconds: seconds }: GuestRequest,
  { onConsole, onOutput, onErrors }: GuestReporter,
): Promise<number | null | undefined> {
  if (run === undefined) {
    return undefined;
  }
  guest.console.onText = () => {};
  const code = await guest.shell.run(run, { seconds, onOutput, onErrors });
  guest.console.onText = onConsole;
  return code ?? null;
}

async function compareAll(
  guest: EmulatedGuest,
  cases: readonly GuestCase[],
  { onCase }: Pick<GuestReporter, 'onCase'>,
): Promise<ComparedCase[]> {
  const compared: ComparedCase[] = [];
  for (const guestCase of cases) {
    const result = await compareCase(guestCase, guest);
    compared.push(result);
    onCase(result);
  }
  return compared;
}

function screenOf({ device }: EmulatedGuest): ScreenTargetImage {
  const [id] = device.screenTargetIds;
  const screen = id === undefined ? undefined : device.screenTarget(id);
  if (screen === undefined) {
    throw new GuestError('the guest has no screen target');
  }
  return screen;
}
