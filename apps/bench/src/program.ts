import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { BenchError } from './errors.js';
import { EXIT } from './exit-codes.js';
import { resultsAsJson } from './output/json.js';
import { tabulateResults } from './output/table.js';
import { pickRows, type Row, type RowResult } from './row.js';
import { makeSuite, type Suite } from './rows/suite.js';
import { measureRow } from './runner.js';

interface BenchOptions {
  readonly filter?: string;
  readonly rounds: number;
  readonly json?: boolean;
  readonly list?: boolean;
}

/** Where text goes, and whether somebody is watching. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly coloured: boolean;
  /** Standard error is a terminal: progress is worth a line. */
  readonly watched: boolean;
}

const MOST_ROUNDS = 1000;

const DETAILS = `
Each row runs two contenders on the same work, in turn, and checks both results. Numbers are times,
so a ratio (ours / rival, of the medians) below 1 says that ours is faster. apps/bench/README.md
tells what is timed in each row, and what not to read into it.

Examples:
  $ npm run -s bench                                    every row, about half a minute
  $ npm run -s bench -- --list                          the rows, and the rival in each
  $ npm run -s bench -- --filter 'bulk stores'          the rows with this in their name or rival
  $ npm run -s bench -- --filter replay --rounds 51     longer, where the machine is noisy
  $ npm run -s bench -- --json | jq '.rows[] | {name, rival, ratio}'

Exit codes: 0 all is well, 1 a contender got its work wrong, 2 the arguments are at fault.`;

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MOST_ROUNDS) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_ROUNDS}.`);
  }
  return rounds;
}

function hostTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    coloured: process.stdout.isTTY === true && pc.isColorSupported,
    watched: process.stderr.isTTY === true,
  };
}

/** Runs the benchmark with the arguments after the program's name. @returns the exit code */
export async function run(
  args: readonly string[],
  terminal: Terminal = hostTerminal(),
  suite: Suite = makeSuite(),
): Promise<number> {
  const program = new Command('bench')
    .description('Measures coherent graphics memory against its rivals, interleaved in one process.')
    .option('-f, --filter <text>', 'only the rows whose name or rival contains the text')
    .option('-r, --rounds <n>', 'samples of each contender', parseRounds, 11)
    .option('--json', 'print the results as JSON, and nothing else')
    .addOption(new Option('-l, --list', 'print the rows, measure nothing').conflicts('json'))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', DETAILS)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // The suggestion for a mistyped option comes on a line of its own.
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
  try {
    program.parse(args, { from: 'user' });
    return await bench(suite.rows, program.opts<BenchOptions>(), terminal);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.OK : EXIT.BAD_INPUT;
    }
    if (error instanceof BenchError) {
      terminal.err(`bench: ${error.message}\n`);
      return EXIT.WRONG_RESULT;
    }
    throw error;
  } finally {
    suite.close();
  }
}

async function bench(all: readonly Row[], options: BenchOptions, terminal: Terminal): Promise<number> {
  const { filter = '', rounds, json = false, list = false } = options;
  const rows = pickRows(all, filter);
  if (rows.length === 0) {
    terminal.err(`bench: no row has «${filter}» in its name or rival; --list names them\n`);
    return EXIT.BAD_INPUT;
  }
  if (list) {
    const width = Math.max(...rows.map(({ name }) => name.length));
    terminal.out(rows.map(({ name, rival }) => `${name.padEnd(width)}  against ${rival}\n`).join(''));
    return EXIT.OK;
  }
  const results: RowResult[] = [];
  for (const [index, row] of rows.entries()) {
    if (terminal.watched) {
      terminal.err(`bench: ${index + 1}/${rows.length} ${row.name}, against ${row.rival}\n`);
    }
    results.push(await measureRow(row, rounds));
  }
  terminal.out(json ? resultsAsJson(results) : tabulateResults(results, rounds, terminal.coloured));
  return EXIT.OK;
}
