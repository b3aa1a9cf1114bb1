import { EXIT } from '../exit-codes.js';
import { GuestError } from '../guest-error.js';
import { writePng } from '../output/picture-png.js';
import { badInput, pathsOf, write, type GuestOptions } from '../run-options.js';
import { describeGl, glAsJson, hasProgramFailed, programLine } from './gl-report.js';
import { runGl, type GlReport } from './run-gl.js';
import type { ProgramRun } from './run-program.js';

/** The options of `--gl`. */
export interface GlOptions extends GuestOptions {
  readonly gl: string[];
  readonly programArgs: readonly string[];
}

/** Runs the programs of `--gl`, and prints the results. @returns the exit code */
export async function runGlOptions(options: GlOptions): Promise<number> {
  const { json, png, programArgs } = options;
  let report: GlReport;
  try {
    if (png !== undefined && options.gl.length > 1) {
      throw new GuestError('--png takes the picture of one program');
    }
    report = await runGl({
      ...options,
      programs: options.gl,
      programArgs,
      paths: pathsOf(options),
      refresh: options.refresh === true,
      useStates: options.state,
      memoryMib: options.memory,
      coherent: options.coherent === true,
      flip: options.flip === true,
      seconds: options.timeout,
      record: options.record,
      say: (what) => process.stderr.write(`cg: ${what}\n`),
      onConsole: () => {},
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

function writePicture(path: string, { name, picture }: ProgramRun): void {
  if (picture === undefined) {
    throw new GuestError(`${name} has read no picture back`);
  }
  writePng(path, picture);
}
