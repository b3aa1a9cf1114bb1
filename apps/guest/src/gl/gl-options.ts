import { EXIT } from '../exit-codes.js';
import { GuestError } from '../guest-error.js';
import { writePng } from '../output/picture-png.js';
import { badInput, bootRequestOf, write, type GuestOptions } from '../run-options.js';
import { describeGl, glAsJson, hasProgramFailed, programLine } from './gl-report.js';
import { hasTestFailed, testLine, testsAsJson } from './piglit-report.js';
import type { PiglitRecord } from './piglit-tests.js';
import { runPiglit } from './run-piglit.js';
import { runGl, type GlReport } from './run-gl.js';
import type { ProgramRun } from './run-program.js';

/** The options, and the arguments after them. */
interface GlOptions extends GuestOptions {
  readonly programArgs: readonly string[];
}

/** What `--gl` and `--piglit` ask of a guest. */
function guestOf(options: GlOptions) {
  return {
    ...bootRequestOf(options),
    delay: options.delay,
    renderer: options.renderer,
    coherent: options.coherent === true,
    seconds: options.timeout,
    say: (what: string) => void process.stderr.write(`cg: ${what}\n`),
    onConsole: () => {},
  };
}

/** A program on the X server, if none is named. */
const X_PROGRAM = 'glxgears';

/** Runs the programs of `--gl` or `--x`, and prints the results. @returns the exit code */
export async function runGlOptions(options: GlOptions): Promise<number> {
  const { json, png, programArgs, gl, x, frames } = options;
  const programs = gl ?? (x === true || x === undefined ? [X_PROGRAM] : x);
  let report: GlReport;
  try {
    if (png !== undefined && programs.length > 1) {
      throw new GuestError('--png takes the picture of one program');
    }
    report = await runGl({
      ...guestOf(options),
      programs,
      programArgs,
      frames,
      x: gl === undefined,
      flip: options.flip === true,
      takePicture: png !== undefined,
      record: options.record,
      onOutput: async (bytes) => write(json ? process.stderr : process.stdout, bytes),
      onErrors: async (bytes) => write(process.stderr, bytes),
      onProgram: (run) => {
        if (!json) {
          process.stderr.write(programLine(run));
        }
      },
    });
    if (png !== undefined) {
      writePicture(png, report.programs[0]);
    }
  } catch (error) {
    return badInput(error);
  }
  if (json) {
    process.stdout.write(glAsJson(report));
  } else {
    process.stderr.write(describeGl(report));
  }
  return report.programs.some(hasProgramFailed) ? EXIT.CHECK_FAILED : EXIT.OK;
}

/** Runs the tests of `--piglit`, and prints the results. @returns the exit code */
export async function runPiglitOptions(options: GlOptions): Promise<number> {
  const { json, piglit: tests = [] } = options;
  let runs: PiglitRecord[];
  try {
    runs = await runPiglit({
      ...guestOf(options),
      tests,
      reference: options.reference,
      results: options.results,
      record: options.record,
      onTest: (run) => {
        if (!json) {
          process.stdout.write(testLine(run));
        }
      },
    });
  } catch (error) {
    return badInput(error);
  }
  if (json) {
    process.stdout.write(testsAsJson(runs));
  }
  return runs.some(hasTestFailed) ? EXIT.CHECK_FAILED : EXIT.OK;
}

function writePicture(path: string, { name, picture }: ProgramRun): void {
  if (picture === undefined) {
    throw new GuestError(`${name} has shown no picture, and read none back`);
  }
  writePng(path, picture);
}
