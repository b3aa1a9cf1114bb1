import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { openBuildFolder, type BuildFolder } from './build/build-folder.js';
import { BenchError } from './errors.js';
import { EXIT } from './exit-codes.js';
import { growthCommand } from './growth/growth-command.js';
import { matchesOfBuilds, matchesOfRows, pickMatches, type Match } from './match.js';
import {
  measureMatch,
  type MeasureOptions,
  type OpenContender,
  type Result,
} from './measuring/measure-match.js';
import { resultsAsJson } from './output/json.js';
import { resultsAsMarkdown } from './output/markdown.js';
import { tabulateResults } from './output/table.js';
import { fullSettings, suiteOf, type SuiteRow } from './rows/suite.js';
import { openInThreads } from './side/open-contender.js';

interface BenchOptions extends MeasureOptions {
  readonly filter: string;
  readonly against?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly list?: boolean;
}

/** The output streams, and whether standard error is a terminal. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly coloured: boolean;
  /** Standard error is a terminal, so progress is printed. */
  readonly watched: boolean;
}

/** The rows to measure, and how to open their contenders. */
export interface Bench {
  readonly rows: readonly SuiteRow[];
  /** @param other the build to compare with */
  openerFor(other?: BuildFolder): OpenContender;
}

const fullBench: Bench = {
  rows: suiteOf(fullSettings),
  openerFor: (other) => openInThreads(fullSettings, other),
};

const MOST_ROUNDS = 1000;
const MOST_STARTS = 100;

const DETAILS = `
Each row measures two contenders on the same work, in alternating steps, and checks both results.
Numbers are times, so a ratio below 1 means that the first is faster. A/A is a contender against
itself: if it is off by more than 3 %, there is no verdict, and the machine is too busy.
apps/bench/README.md describes what each row times, the method, and its limits.

Examples:
  $ npm run -s bench                                    every row, some minutes
  $ npm run -s bench -- --list                          the rows and their rivals
  $ npm run -s bench -- --filter 'bulk stores'          the rows with this in their name or rival
  $ npm run -s bench -- --filter replay --rounds 25     more rounds, for a noisy machine
  $ npm run -s bench -- --json | jq '.rows[] | {name, ratio, againstItself, verdict}'
  $ npm run -s bench -- --markdown > tables.md          for a document

How costs grow with sizes, as slopes and a picture:
  $ npm run -s bench -- growth --svg growth.svg

To compare with the commit before, build it in another folder:
  $ git worktree add ../before HEAD~1 && (cd ../before && npm run build)
  $ npm run -s bench -- --against ../before             ratios: this build / the one in ../before
  $ npm run -s bench -- --against . --filter 'stores'   this build against itself: all even

Exit codes: 0 success, 1 a contender computed a wrong result, 2 bad arguments.`;

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1 || number > most) {
      throw new InvalidArgumentError(`It must be an integer from 1 to ${most}.`);
    }
    return number;
  };
}

function hostTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    coloured: process.stdout.isTTY === true && pc.isColorSupported,
    watched: process.stderr.isTTY === true,
  };
}

function makeCommand(terminal: Terminal): Command {
  return new Command('bench')
    .description('Measures coherent graphics memory against its rivals, or one build against another.')
    .option('-f, --filter <text>', 'only the rows whose name or rival contains the text', '')
    .option('-a, --against <folder>', 'compare with the built checkout in this folder')
    .option('-r, --rounds <n>', 'counted rounds of each start', wholeNumber(MOST_ROUNDS), 9)
    .option(
      '-s, --starts <n>',
      'number of starts, each with new setup and compilation',
      wholeNumber(MOST_STARTS),
      3,
    )
    .option('--json', 'print only the results, as JSON')
    .addOption(new Option('--markdown', 'print the results as tables of Markdown').conflicts('json'))
    .addOption(new Option('-l, --list', 'print the rows, measure nothing').conflicts(['json', 'markdown']))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', DETAILS)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // The suggestion for a mistyped option is on a separate line.
      outputError: (text, write) => {
        write(
          `${text
            .trimEnd()
            .replace(/^error: /, 'bench: ')
            .replaceAll('\n', ' ')}\n`,
        );
      },
    })
    .exitOverride();
}

/** Runs the benchmark with the arguments after the program's name. @returns the exit code */
export async function run(
  args: readonly string[],
  terminal: Terminal = hostTerminal(),
  bench: Bench = fullBench,
): Promise<number> {
  const program = makeCommand(terminal);
  try {
    if (args[0] === 'growth') {
      growthCommand(terminal).copyInheritedSettings(program).parse(args.slice(1), { from: 'user' });
      return EXIT.OK;
    }
    program.parse(args, { from: 'user' });
    await runBench(bench, program.opts<BenchOptions>(), terminal);
    return EXIT.OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.OK : EXIT.BAD_INPUT;
    }
    if (error instanceof BenchError) {
      terminal.err(`bench: ${error.message}\n`);
      return error.code === 'EBADMSG' ? EXIT.WRONG_RESULT : EXIT.BAD_INPUT;
    }
    throw error;
  }
}

async function runBench(bench: Bench, options: BenchOptions, terminal: Terminal): Promise<void> {
  const { filter, against, list = false } = options;
  const other = against === undefined ? undefined : openBuildFolder(resolve(against));
  const all = other === undefined ? matchesOfRows(bench.rows) : matchesOfBuilds(bench.rows);
  const matches = pickMatches(all, filter);
  if (matches.length === 0) {
    throw new BenchError('EINVAL', `no row has «${filter}» in its name or rival; --list names them`);
  }
  if (list) {
    terminal.out(listOf(matches));
    return;
  }
  const results = await measureAll(matches, bench.openerFor(other), options, terminal);
  if (other !== undefined) {
    requireSomeIn(results, other);
  }
  terminal.out(resultsAs(results, options, terminal));
}

function listOf(matches: readonly Match[]): string {
  const lines = matches.flatMap(({ figures, names }) => figures.map(({ name }) => [name, names[1]]));
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, rival]) => `${name.padEnd(width)}  against ${rival}\n`).join('');
}

async function measureAll(
  matches: readonly Match[],
  open: OpenContender,
  options: MeasureOptions,
  { watched, err }: Terminal,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, match] of matches.entries()) {
    if (watched) {
      const [{ name }] = match.figures;
      err(`bench: ${index + 1}/${matches.length} ${name}, against ${match.names[1]}\n`);
    }
    results.push(...(await measureMatch(match, open, options)));
  }
  return results;
}

/** @throws BenchError ENODATA if the other build has none of the requested rows */
function requireSomeIn(results: readonly Result[], { folder }: BuildFolder): void {
  const [{ outcome }] = results;
  const lacksAll = results.every((result) => 'skipped' in result.outcome && result.outcome.lacking);
  if (lacksAll && 'skipped' in outcome) {
    throw new BenchError('ENODATA', `«${folder}» has none of these rows: ${outcome.skipped}`);
  }
}

function resultsAs(results: readonly Result[], options: BenchOptions, { coloured }: Terminal): string {
  if (options.json === true) {
    return resultsAsJson(results);
  }
  return options.markdown === true
    ? resultsAsMarkdown(results, options)
    : tabulateResults(results, options, coloured);
}
