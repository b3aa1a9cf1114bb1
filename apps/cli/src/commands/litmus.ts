import { readFileSync } from 'node:fs';
import { parseProgram, runProgram, programOf, MachineError, type RunOptions } from '@cg/machine';
import { litmusFiles } from '@cg/machine/litmus';
import { Command } from 'commander';
import { EXIT } from '../exit-codes.js';
import { inputError } from '../output/input-error.js';
import { fileJson, type RanFile } from '../output/litmus-json.js';
import { describeFailures, tabulateFiles } from '../output/litmus-text.js';

interface LitmusOptions {
  readonly json?: boolean;
}

const DETAILS = `
A litmus program is text, a statement a line: CPUs that store and load, processes that map and
unmap, submissions, failures, one CPU stepped in between two steps of another. Every byte that the
device and the CPUs then see is checked. Without a file the programs that come with cg are run: one
for each rule of coherent memory, each known erratum, each race.

Examples:
  $ cg litmus                                  all that come with cg
  $ cg litmus my-program.litmus                one program
  $ cg litmus --json | jq '.files[] | select(.passed | not)'

Exit codes: 0 every byte was right, 1 some were not, 2 a file is no program, 70 a bug.`;

/** `cg litmus`. `exit` is told the exit code. */
export function litmusCommand(exit: (code: number) => void): Command {
  return new Command('litmus')
    .description('run small programs that test the promise of coherent memory, every byte checked')
    .argument('[file...]', 'litmus programs; all that come with cg if left out')
    .option('--json', 'print the results as JSON')
    .addHelpText('after', DETAILS)
    .action((paths: string[], options: LitmusOptions) => {
      exit(runFiles(paths, options));
    });
}

/** Runs each program; one that cannot be read is named on standard error and the others still count. */
function runFiles(given: readonly string[], options: LitmusOptions): number {
  const ran: RanFile[] = [];
  let unreadable = false;
  for (const path of given.length > 0 ? given : litmusFiles()) {
    try {
      ran.push(runFile(path, {}));
    } catch (error) {
      process.stderr.write(`cg: ${inputError(path, error)}\n`);
      unreadable = true;
    }
  }
  if (ran.length > 0) {
    process.stdout.write(options.json ? fileJson(ran) : `${tabulateFiles(ran)}${describeFailures(ran, {})}`);
  }
  if (unreadable) {
    return EXIT.BAD_INPUT;
  }
  return ran.every(({ passed }) => passed) ? EXIT.OK : EXIT.CHECK_FAILED;
}

function runFile(path: string, options: RunOptions): RanFile {
  const text = parseProgram(readFileSync(path, 'utf8'));
  const program = programOf(text);
  try {
    const result = runProgram(program, options);
    return { path, text, program, result, passed: result.findings.length + result.unmet.length === 0 };
  } catch (error) {
    if (error instanceof MachineError && error.line !== undefined) {
      throw new MachineError(error.code, error.message, text.lines.at(error.line - 1)?.line);
    }
    throw error;
  }
}
