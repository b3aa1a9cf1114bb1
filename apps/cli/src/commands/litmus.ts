import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { LitmusError, programCount, variantTable, type RunOptions } from '@cg/litmus';
import { trackingMethods, type TrackingMethodName } from '@cg/machine';
import { litmusFiles } from '@cg/litmus/node';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { readsInputTwice } from '../input/open-input.js';
import { explore, type ExploreRequest } from '../litmus/explore.js';
import { exitCodeOf } from '../litmus/interruption.js';
import { runFile, type RanFile } from '../litmus/run-file.js';
import { configureVariant, variantNames } from '../litmus/variant.js';
import { variantRows } from '../litmus/variant-rows.js';
import { inputError } from '../output/input-error.js';
import { isInspected, writeInspection } from '../output/inspection.js';
import { explorationJson, filesJson } from '../output/litmus-json.js';
import { describeFailure, summarizeVariant, tabulateFiles } from '../output/litmus-text.js';
import { describeExploration, describeSmallest } from '../output/exploration-text.js';

interface LitmusOptions {
  readonly random?: number;
  readonly seed: number;
  readonly steps: number;
  readonly exhaustive?: number;
  readonly races?: boolean;
  readonly variants?: number;
  readonly method?: TrackingMethodName;
  readonly variant?: string;
  readonly jobs: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly trace?: string;
}

/** Longer words of the alphabet would exceed the range of program numbers. */
const MAX_LENGTH = 8;
const MAX_JOBS = 64;

const DETAILS = `
A litmus program is text, one statement per line: CPUs that store and load, processes that map and
unmap, submissions, failures, steps of one CPU between two steps of another. Every byte that the
device and the CPUs then see is checked. Without a file all bundled programs are run: one
for each rule of coherency, each known erratum, each race.

A variant is the machine with one part as in the posted patches, by the erratum's id, or with all
such parts ("posted"). It shows what the check can find.

Ctrl-C (or SIGTERM) ends a random or exhaustive run after the current programs: cg prints the
results so far and how to run the rest. A second one ends it at once.

Examples:
  $ cg litmus                                  all bundled programs
  $ cg litmus erratum-B6 my-program.litmus     a bundled program, by name; one in a file
  $ cg litmus - < my-program.litmus            one on standard input
  $ cg litmus --variant E1 --html lost.html erratum-E1   a page to step through, with the lost byte
  $ cg litmus --trace e1.json erratum-E1       its events, for ui.perfetto.dev
  $ cg litmus --variant posted                 the posted patches, which lose bytes
  $ cg litmus --random 1000 --jobs 2           a thousand random programs, seeds 1 to 1000
  $ cg litmus --random 1 --seed 4711           the program of one seed again
  $ cg litmus --exhaustive 3                   all programs of up to three steps of an alphabet
  $ cg litmus --races --jobs 2                 all races: each step at each point of each operation
  $ cg litmus --variants 500                   which of 500 programs find each posted defect
  $ cg litmus --random 500 --variant D1        how soon random programs find an erratum

Exit codes: 0 every byte was right, 1 some were not, 2 a file is not a program, 70 a bug, 130 ended
by Ctrl-C, 143 by SIGTERM.`;

/** A numeric option in a range. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
    }
    return value;
  };
}

/** `cg litmus`. Calls `exit` with the exit code. */
export function litmusCommand(exit: (code: number) => void): Command {
  return new Command('litmus')
    .description('test coherency with small programs, every byte checked')
    .argument('[file...]', 'files, - for standard input, or names of bundled programs')
    .option('--random <programs>', 'number of random programs to run', wholeNumber(1, 2 ** 31))
    .option('--seed <seed>', 'seed of the first random program', wholeNumber(0, 2 ** 31), 1)
    .option('--steps <steps>', 'steps of each random program', wholeNumber(1, 100_000), 120)
    .option('--exhaustive <length>', 'run all programs up to a length', wholeNumber(1, MAX_LENGTH))
    .option('--races', 'run every step at every preemption point of every operation')
    .addOption(
      new Option('-m, --method <method>', 'how written pages are found, unless a program says').choices(
        trackingMethods,
      ),
    )
    .addOption(new Option('--variant <erratum>', 'a machine with a part as posted').choices(variantNames))
    .option(
      '--variants <programs>',
      'print which programs find each posted defect, as a table',
      wholeNumber(0, 100_000),
    )
    .option('--jobs <threads>', 'worker threads for all but files', wholeNumber(1, MAX_JOBS), 1)
    .option('--json', 'print the results as JSON')
    .option('--html <file>', 'write a page that steps through the program; for one program')
    .option('--trace <file>', 'write its events in the Trace Event Format; for one program')
    .addHelpText('after', DETAILS)
    .action(async (paths: string[], options: LitmusOptions, command: Command) => {
      const { random, exhaustive, races = false, variants } = options;
      const numbers = [random, exhaustive, variants].map((number) => number !== undefined);
      if ([paths.length > 0, races, ...numbers].filter(Boolean).length > 1) {
        command.error('cg: files, --random, --exhaustive, --races and --variants exclude one another');
      }
      if (isInspected(options) && paths.length !== 1) {
        command.error('cg: --html and --trace are for one program');
      }
      if (variants !== undefined) {
        process.stdout.write(variantTable(await variantRows(variants)));
        exit(EXIT.OK);
        return;
      }
      if (readsInputTwice(paths)) {
        command.error('cg: standard input (-) can be read only once');
      }
      exit(
        random === undefined && exhaustive === undefined && !races
          ? await runFiles(paths, options)
          : await runExploration(requestOf(options), options),
      );
    });
}

function requestOf({
  random,
  exhaustive,
  races,
  seed,
  steps,
  method,
  variant,
  jobs,
}: LitmusOptions): ExploreRequest {
  if (exhaustive !== undefined) {
    const source = { kind: 'exhaustive', length: exhaustive } as const;
    return { source, from: 0, end: programCount(source), variant, jobs };
  }
  if (races === true) {
    const source = { kind: 'races' } as const;
    return { source, from: 0, end: programCount(source), variant, jobs };
  }
  return { source: { kind: 'random', steps, method }, from: seed, end: seed + (random ?? 0), variant, jobs };
}

async function runExploration(request: ExploreRequest, { json }: LitmusOptions): Promise<number> {
  const exploration = await explore(request);
  const { explored, interrupted } = exploration;
  if (json === true) {
    process.stdout.write(explorationJson(request, exploration));
  } else {
    // Print the finding before shrinking, which takes a while.
    process.stdout.write(describeExploration(request, exploration));
    process.stdout.write(describeSmallest(request, explored));
  }
  if (explored.failed > 0) {
    return EXIT.CHECK_FAILED;
  }
  return interrupted === undefined ? EXIT.OK : exitCodeOf(interrupted);
}

/** Runs each program; reports one that cannot be read on standard error, and continues. */
async function runFiles(given: readonly string[], litmusOptions: LitmusOptions): Promise<number> {
  const { json, variant, method } = litmusOptions;
  const options = { ...configureVariant(variant), ...(method === undefined ? {} : { method }) };
  const ran: RanFile[] = [];
  let unreadable = false;
  for (const path of given.length > 0 ? given : litmusFiles()) {
    try {
      ran.push(await runFile(withName(path), options));
    } catch (error) {
      process.stderr.write(`cg: ${inputError(path, error, LitmusError)}\n`);
      unreadable = true;
    }
  }
  if (ran.length > 0) {
    process.stdout.write(
      json === true ? filesJson(ran) : asText(ran, given.length === 0 ? variant : undefined, options),
    );
  }
  if (unreadable || !(await inspect(ran, options, litmusOptions))) {
    return EXIT.BAD_INPUT;
  }
  return ran.every(({ passed }) => passed) ? EXIT.OK : EXIT.CHECK_FAILED;
}

/** Runs the one program again to record it, if that is asked for. @returns false if a file cannot be written */
async function inspect([ran]: readonly RanFile[], run: RunOptions, files: LitmusOptions): Promise<boolean> {
  if (ran === undefined || !isInspected(files)) {
    return true;
  }
  const { recordProgram } = await import('@cg/inspector');
  const variant = files.variant === undefined ? '' : `, variant ${files.variant}`;
  const title = `${basename(ran.path, '.litmus')}${variant}: ${ran.text.title.join(' ')}`;
  const error = await writeInspection(recordProgram(ran.program, { ...run, title }).recording, files);
  if (error !== undefined) {
    process.stderr.write(`cg: ${error}\n`);
  }
  return error === undefined;
}

/** A bundled program can be given by name, if there is no such file. */
function withName(path: string): string {
  const own = existsSync(path) ? undefined : litmusFiles().find((file) => basename(file, '.litmus') === path);
  return own ?? path;
}

/** All programs of a variant are summarised on one screen; other runs are printed in full. */
function asText(ran: readonly RanFile[], variant: string | undefined, options: RunOptions): string {
  if (variant === undefined) {
    return tabulateFiles(ran) + describeFailure(ran, options, 'with diagram');
  }
  const first = describeFailure(ran.filter(isErratum), options, 'without');
  const hint = `\nThe sequence of events: cg litmus <name> --variant ${variant}\n`;
  return summarizeVariant(variant, ran) + first + hint;
}

function isErratum({ path }: RanFile): boolean {
  return basename(path).startsWith('erratum-');
}
