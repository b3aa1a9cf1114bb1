import { readFileSync } from 'node:fs';
import {
  MachineError,
  parseProgram,
  programOf,
  runProgram,
  type Program,
  type ProgramText,
  type RunOptions,
  type RunResult,
} from '@cg/machine';

/** A litmus file that was run. */
export interface RanFile {
  readonly path: string;
  readonly text: ProgramText;
  readonly program: Program;
  readonly result: RunResult;
  readonly passed: boolean;
}

/** @throws MachineError EBADMSG or EINVAL with the line; what reading the file throws */
export function runFile(path: string, options: RunOptions): RanFile {
  const text = parseProgram(readFileSync(path, 'utf8'));
  const program = programOf(text);
  try {
    const result = runProgram(program, options);
    return { path, text, program, result, passed: result.findings.length + result.unmet.length === 0 };
  } catch (error) {
    if (error instanceof MachineError && error.line !== undefined) {
      // A run knows steps, not lines.
      throw new MachineError(error.code, error.message, text.lines.at(error.line - 1)?.line);
    }
    throw error;
  }
}
