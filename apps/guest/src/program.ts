import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { defaultCacheFolder, kernelFlavours } from './boot/guest-files.js';
import type { CaseChoice } from './cases/select-cases.js';
import { EXIT } from './exit-codes.js';
import { referencePlaces } from './gl/reference-places.js';
import { rendererNames } from './gl/renderer-names.js';
import type { GuestOptions } from './run-options.js';

const { version } = createRequire(import.meta.url)('@cg/guest/package.json') as { version: string };

/** The program's name, and its name when started by `cg`. */
export const PROGRAM = 'cg-guest';
export const NAME_UNDER_CG = 'cg guest';

const LEAST_MEMORY_MIB = 128;
const MOST_MEMORY_MIB = 1024;
const MOST_DELAY_MILLISECONDS = 1000;
const DEFAULT_MEMORY_MIB = 256;
/** Of a guest with Mesa, which keeps 150 MB of libraries in memory. */
const GL_MEMORY_MIB = 512;
const DEFAULT_TIMEOUT_SECONDS = 600;
const MOST_TIMEOUT_SECONDS = 86_400;
const DEFAULT_ROUNDS = 7;
const MOST_ROUNDS = 1000;
const DEFAULT_RUN_SECONDS = 1;
const MOST_RUN_SECONDS = 60;
const MOST_FRAMES = 1_000_000;

/** Options that conflict with --measure-console and --gl, which boot other kinds of guests. */
const OF_PLAIN_GUESTS = 'cases case checkConsole checkMemory checkContext run shell dx sm41 fifo'.split(' ');

const DETAILS = `
Debian's kernel for i386, a static busybox and SeaBIOS come from the system's own apt (no root, and
nothing is installed) and stay in the cache folder, as does the guest once its driver is loaded:
later starts take a second. The kernel is unmodified. A program in it maps coherent surfaces, writes
pages and submits; --cases compares the commands of its kernel with the recorded ones and with
those of @cg/vmwgfx on the simulated machine, and the bytes on the device with the written ones.

Examples:
  $ cg guest                                boot Linux, load vmwgfx, print the times
  $ cg guest --shell                        a shell in the guest; Ctrl-] leaves
  $ cg guest --run 'dmesg | grep vmwgfx'    one command in it
  $ cg guest --run 'seq 99 > /dev/tty1' --png screen.png
  $ cg guest --cases 10                     ten of the recorded programs, three ways
  $ cg guest --cases all                    all 140, each on its kernel and device
  $ cg guest --check-console --check-memory
  $ cg guest --case 3 --json | jq           one of them
  $ cg guest --gl cube --png cube.png       OpenGL by Mesa, drawn by the device
  $ cg guest --gl ./a.out --coherent -- -x  a program of yours, an i386 executable
  $ cg guest --x --png gears.png            glxgears on Debian's X server
  $ cg guest --check-legacy-x               X on the device's framebuffer, without vmwgfx
  $ cg guest --gl kmscube --frames 100      a program that has the screen to itself
  $ cg guest --piglit fbo-clear-formats --reference host
  $ cg guest --cost-of-coherence --renderer webgpu --svg cost.svg
  $ cg guest --fifo --delay 5 --cases 10    a slow device without command buffers

With --run standard output is the command's, byte for byte; its errors, and all messages of cg, are
on standard error. With --json standard output is the JSON, and the command's output is on
standard error. Its standard input is empty. It runs in the guest's first shell: exit ends the
guest, (exit 3) in parentheses does not. Processes in the background (&) are not waited for.

Exit codes: 0 success, 1 a check failed, or the command failed or took too long (its own code,
128 + n for signal n, is in the JSON), 2 the guest cannot be fetched, does not boot, or ends,
70 a bug in cg.`;

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) {
      throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
    }
    return value;
  };
}

function parseRunSeconds(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MOST_RUN_SECONDS) {
    throw new InvalidArgumentError(`It must be a number above 0, up to ${MOST_RUN_SECONDS}.`);
  }
  return seconds;
}

const parseTimeout = wholeNumber(1, MOST_TIMEOUT_SECONDS);

function parseDelay(text: string): number {
  const milliseconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Infinity;
  if (milliseconds > MOST_DELAY_MILLISECONDS) {
    throw new InvalidArgumentError(`It must be a number from 0 to ${MOST_DELAY_MILLISECONDS}.`);
  }
  return milliseconds;
}

function parseCases(text: string): CaseChoice {
  return text === 'all' ? 'all' : { count: wholeNumber(1, 1000)(text) };
}

function parseCase(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), wholeNumber(0, 1000)(text)];
}

function addGlOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--gl <program...>', 'draw with Mesa in the guest: programs of ours, or files').conflicts(
        OF_PLAIN_GUESTS,
      ),
    )
    .addOption(
      new Option('--x [program...]', 'the same on an X server; glxgears if none is named').conflicts([
        ...OF_PLAIN_GUESTS,
        'gl',
      ]),
    )
    .option('--frames <n>', 'end a program on the screen after so many frames', wholeNumber(1, MOST_FRAMES))
    .addOption(
      new Option(
        '--piglit <test...>',
        'run tests of piglit on Mesa: programs and arguments, in quotes; @FILE has one a line',
      ).conflicts([...OF_PLAIN_GUESTS, 'gl', 'x', 'png']),
    )
    .addOption(
      new Option('--reference [where]', "with --piglit: llvmpipe's results, too")
        .choices(referencePlaces)
        .preset('guest'),
    )
    .option('--results <file>', 'with --piglit: write the results; go on with those it has')
    .addOption(
      new Option('--renderer <name>', 'what draws for the device').choices(rendererNames).default('soft'),
    )
    .option('--coherent', 'all memory of OpenGL is coherent; nothing is transferred explicitly')
    .option('--flip', "the last row of a file's picture first")
    .option('--record <file>', 'write a recording of the device, for cg render');
}

function addCostOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--cost-of-coherence [program...]',
        'measure OpenGL programs with explicit transfers and with coherent memory, in turn',
      ).conflicts([
        ...OF_PLAIN_GUESTS,
        'gl',
        'x',
        'piglit',
        'png',
        'record',
        'coherent',
        'reference',
        'flip',
      ]),
    )
    .option('--rounds <n>', 'of its runs', wholeNumber(1, MOST_ROUNDS), DEFAULT_ROUNDS)
    .option('--seconds <s>', 'of each run', parseRunSeconds, DEFAULT_RUN_SECONDS)
    .option('--svg <file>', 'write a picture of the losses');
}

function addPageOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--page <folder>',
      'write a guest with a shell on its console, or with X, as files for a page',
    ).conflicts([...OF_PLAIN_GUESTS, 'measureConsole', 'png', 'gl', 'piglit', 'costOfCoherence']),
  );
}

function addFileOptions(command: Command): Command {
  return command
    .option('--kernel <file>', 'a bzImage instead of a package')
    .option('--modules <folder>', 'its modules, lib/modules/<version>')
    .option('--busybox <file>', 'a static busybox for i386')
    .option('--bios <file>', 'SeaBIOS')
    .option('--vga-bios <file>', 'its VGA BIOS')
    .addOption(
      new Option('--cache <folder>', 'where packages and states are kept').default(
        defaultCacheFolder(),
        '~/.cache/cg/guest',
      ),
    )
    .option('--refresh', 'fetch the packages again')
    .option('--no-state', 'boot, and neither use nor write a saved state');
}

/** Options without those that they belong to. */
function checkGlOptions(programArgs: readonly string[], options: GuestOptions, command: Command): void {
  const draws = options.gl !== undefined || options.x !== undefined;
  if (programArgs.length > 0 && !draws) {
    command.error(`cg: unexpected argument ${programArgs[0]}`);
  }
  for (const option of ['flip', 'frames'] as const) {
    if (options[option] !== undefined && !draws) {
      command.error(`cg: --${option} needs --gl or --x`);
    }
  }
  for (const option of ['coherent', 'record'] as const) {
    if (options[option] !== undefined && !draws && options.piglit === undefined) {
      command.error(`cg: --${option} needs --gl, --x or --piglit`);
    }
  }
  for (const option of ['rounds', 'seconds', 'svg'] as const) {
    if (command.getOptionValueSource(option) === 'cli' && options.costOfCoherence === undefined) {
      command.error(`cg: --${option} needs --cost-of-coherence`);
    }
  }
  for (const option of ['reference', 'results'] as const) {
    if (options[option] !== undefined && options.piglit === undefined) {
      command.error(`cg: --${option} needs --piglit`);
    }
  }
}

function drawsWithMesa({ gl, x, piglit, costOfCoherence }: GuestOptions): boolean {
  return [gl, x, piglit, costOfCoherence].some((option) => option !== undefined);
}

/**
 * Runs what is asked for, which is loaded on demand: the emulator takes longer to load than the help to print.
 * @returns the exit code
 */
async function runChosen(
  options: GuestOptions & { readonly programArgs: readonly string[] },
): Promise<number> {
  if (options.costOfCoherence !== undefined) {
    const { runCostOptions } = await import('./cost/cost-options.js');
    return runCostOptions(options);
  }
  if (options.page !== undefined) {
    const { runPageOptions } = await import('./page/page-options.js');
    return runPageOptions({ ...options, page: options.page });
  }
  if (options.checkLegacyX) {
    const { runLegacyX } = await import('./x/legacy-x.js');
    return runLegacyX(options);
  }
  if (drawsWithMesa(options)) {
    const { runGlOptions, runPiglitOptions } = await import('./gl/gl-options.js');
    return options.piglit === undefined ? runGlOptions(options) : runPiglitOptions(options);
  }
  const { runOptions } = await import('./run-options.js');
  return runOptions(options);
}

/** @param exit takes the exit code */
function guestCommand(name: string, exit: (code: number) => void): Command {
  const command = new Command(name)
    .version(version, '-V, --version', 'print the version')
    .description('boot an unmodified Linux, whose vmwgfx driver drives the device')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'cg: ')) })
    .showSuggestionAfterError()
    .exitOverride()
    .option('--shell', 'connect the terminal to a shell in the guest')
    .option('--run <command>', "run a command in the guest's shell; its failure is a failed check")
    .option('--timeout <seconds>', 'timeout of the command', parseTimeout, DEFAULT_TIMEOUT_SECONDS)
    .option('--png <file>', 'write the screen target at the end')
    .option('--cases <n|all>', 'run recorded programs in the guest, and compare', parseCases)
    .addOption(new Option('--case <id...>', 'run these').argParser(parseCase).conflicts('cases'))
    .option('--check-console', 'write text to the guest console, and compare the picture')
    .option('--check-memory', 'move bytes through VRAM, a GMR and a large MOB, and compare')
    .option('--check-context', 'create, fill and destroy a DX context; with --dx, --sm41 or --cases all')
    .addOption(
      new Option(
        '--check-legacy-x',
        "X with VMware's own driver, without the kernel's: compare its screen with VRAM",
      ).conflicts([...OF_PLAIN_GUESTS, 'png', 'gl', 'x', 'piglit', 'costOfCoherence', 'page']),
    )
    .addOption(
      new Option(
        '--measure-console',
        "boot, and write text to v86's own VGA and to the device, one after the other",
      ).conflicts([...OF_PLAIN_GUESTS, 'png', 'gl', 'x', 'piglit', 'costOfCoherence']),
    );
  return addFileOptions(addPageOption(addCostOptions(addGlOptions(command))))
    .option('--dx', 'a device with DX contexts')
    .option('--sm41', 'a device with DX contexts and shader model 4.1')
    .addOption(
      new Option(
        '--fifo',
        'a device without command buffers: commands go through FIFO memory; not with DX',
      ).conflicts(['dx', 'sm41']),
    )
    .option('--delay <ms>', 'time of a submission on the device', parseDelay, 0)
    .addOption(
      new Option('--flavour <flavour>', "Debian's i386 kernel").choices(kernelFlavours).default('686-pae'),
    )
    .addOption(
      new Option('--memory <MiB>', `memory of the guest; with --gl ${GL_MEMORY_MIB} if left out`)
        .argParser(wholeNumber(LEAST_MEMORY_MIB, MOST_MEMORY_MIB))
        .default(DEFAULT_MEMORY_MIB),
    )
    .option('--json', 'print the results as JSON')
    .addHelpText('after', DETAILS.replaceAll(NAME_UNDER_CG, name))
    .argument('[arguments...]', 'after --: those of a program of --gl or --x')
    .action(async (programArgs: string[], options: GuestOptions, command: Command) => {
      if (options.shell && !(process.stdin.isTTY && process.stdout.isTTY)) {
        command.error('cg: --shell needs a terminal; --run takes a command');
      }
      if (options.checkContext && !(options.dx || options.sm41 || options.cases === 'all')) {
        command.error('cg: --check-context needs a device with DX contexts: --dx');
      }
      checkGlOptions(programArgs, options, command);
      const isMemoryGiven = command.getOptionValueSource('memory') === 'cli';
      const memory = drawsWithMesa(options) && !isMemoryGiven ? GL_MEMORY_MIB : options.memory;
      exit(await runChosen({ ...options, memory, programArgs }));
    });
}

/**
 * Runs the program with the arguments after its name.
 * @param name the program's name in the help
 * @returns the exit code
 */
export async function run(args: readonly string[], name: string): Promise<number> {
  let exitCode: number = EXIT.OK;
  const command = guestCommand(name, (code) => {
    exitCode = code;
  });
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    return error.exitCode === 0 ? EXIT.OK : EXIT.BAD_INPUT;
  }
  return exitCode;
}
