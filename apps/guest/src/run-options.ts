import type { BootRequest } from './boot/boot-request.js';
import type { GuestFiles, KernelFlavour } from './boot/guest-files.js';
import type { CaseChoice } from './cases/select-cases.js';
import { EXIT } from './exit-codes.js';
import type { ReferencePlace } from './gl/reference-places.js';
import type { RendererName } from './gl/renderer-names.js';
import { GuestError } from './guest-error.js';
import { guestsAsJson } from './output/report-json.js';
import { caseLine, describeGuests, describeRates, hasFailed } from './output/report-text.js';
import { writePng } from './output/picture-png.js';
import {
  measureGuest,
  runGuests,
  type GuestReport,
  type GuestReporter,
  type GuestRequest,
} from './run-guest.js';
import { connectTerminal } from './terminal.js';

/** The options of the command line, parsed. */
export interface GuestOptions {
  readonly kernel?: string;
  readonly modules?: string;
  readonly busybox?: string;
  readonly bios?: string;
  readonly vgaBios?: string;
  readonly cache: string;
  readonly flavour: KernelFlavour;
  readonly refresh?: boolean;
  readonly state: boolean;
  readonly memory: number;
  readonly dx?: boolean;
  readonly sm41?: boolean;
  readonly fifo?: boolean;
  readonly delay: number;
  readonly cases?: CaseChoice;
  readonly case?: number[];
  readonly checkConsole?: boolean;
  readonly checkMemory?: boolean;
  readonly checkContext?: boolean;
  readonly checkLegacyX?: boolean;
  readonly measureConsole?: boolean;
  readonly run?: string;
  readonly timeout: number;
  readonly shell?: boolean;
  readonly png?: string;
  readonly json?: boolean;
  readonly gl?: string[];
  /** True without names. */
  readonly x?: string[] | true;
  readonly frames?: number;
  readonly piglit?: string[];
  readonly reference?: ReferencePlace;
  readonly results?: string;
  readonly renderer: RendererName;
  readonly coherent?: boolean;
  readonly flip?: boolean;
  readonly record?: string;
  readonly costOfCoherence?: true | string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly svg?: string;
  readonly page?: string;
}

/** Runs the guests of the options, and prints the results. @returns the exit code */
export async function runOptions(options: GuestOptions): Promise<number> {
  let reports: GuestReport[];
  try {
    if (options.measureConsole) {
      const rates = await measureGuest(requestOf(options), reporterFor(options));
      process.stdout.write(options.json ? `${JSON.stringify({ rates }, null, 2)}\n` : describeRates(rates));
      return EXIT.OK;
    }
    reports = await runGuests(requestOf(options), reporterFor(options));
    const screen = reports.at(-1)?.screen;
    if (options.png !== undefined && screen !== undefined) {
      writePng(options.png, screen);
    }
  } catch (error) {
    return badInput(error);
  }
  resultsOf(options).write(options.json ? guestsAsJson(reports) : describeGuests(reports));
  return reports.some(hasFailed) ? EXIT.CHECK_FAILED : EXIT.OK;
}

/** Prints an error of the user or the system. @returns its exit code @throws any other error */
export function badInput(error: unknown): number {
  if (!(error instanceof GuestError)) {
    throw error;
  }
  process.stderr.write(`cg: ${error.message}${error.hint === undefined ? '' : `\n    ${error.hint}`}\n`);
  return EXIT.BAD_INPUT;
}

/** The files that the options name. */
function pathsOf({ kernel, modules, busybox, bios, vgaBios }: GuestOptions): Partial<GuestFiles> {
  const paths = { kernel, modules, busybox, bios, vgaBios };
  return Object.fromEntries(Object.entries(paths).filter(([, path]) => path !== undefined));
}

/** What the options of every kind of guest ask for. */
export function bootRequestOf(options: GuestOptions): BootRequest {
  return {
    paths: pathsOf(options),
    cache: options.cache,
    flavour: options.flavour,
    refresh: options.refresh === true,
    useStates: options.state,
    memoryMib: options.memory,
  };
}

function requestOf(options: GuestOptions): GuestRequest {
  const { case: ids } = options;
  return {
    ...bootRequestOf(options),
    dx: options.dx === true || options.sm41 === true,
    sm41: options.sm41 === true,
    fifo: options.fifo === true,
    delay: options.delay,
    cases: ids === undefined ? options.cases : { ids },
    checkConsole: options.checkConsole === true,
    checkMemory: options.checkMemory === true,
    checkContext: options.checkContext === true,
    run: options.run,
    runSeconds: options.timeout,
    takeScreen: options.png !== undefined,
  };
}

/** The stream of the results: not standard output if that is the command's. */
function resultsOf({ json, run }: GuestOptions): NodeJS.WriteStream {
  return json !== true && run !== undefined ? process.stderr : process.stdout;
}

/** Resolves when more may be written. */
export async function write(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  // main.ts handles a closed pipe.
  await new Promise<void>((resolve) => void stream.write(bytes, () => resolve()));
}

function reporterFor(options: GuestOptions): GuestReporter {
  const { json, shell, cases, case: ids, run } = options;
  const isResult = json !== true && run === undefined && cases === undefined && ids === undefined;
  const console = isResult ? process.stdout : process.stderr;
  const output = json ? process.stderr : process.stdout;
  let isFirst = true;
  return {
    say: (what) => process.stderr.write(`cg: ${what}\n`),
    onConsole: (text) => console.write(text),
    onOutput: async (bytes) => write(output, bytes),
    onErrors: async (bytes) => write(process.stderr, bytes),
    onCase: (compared) => {
      if (!json) {
        resultsOf(options).write(caseLine(compared, isFirst));
        isFirst = false;
      }
    },
    interact: async (guest) => {
      if (shell) {
        process.stderr.write('cg: Ctrl-] leaves\n');
        await connectTerminal(guest);
        process.stderr.write('\n');
      }
    },
  };
}
