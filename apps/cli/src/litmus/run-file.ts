import { closeSync, openSync, readSync } from 'node:fs';
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

/** More than this is no program: a hundred thousand statements are less. */
const MAX_FILE_BYTES = 16 * 2 ** 20;

/** A litmus file that was run. */
export interface RanFile {
  readonly path: string;
  readonly text: ProgramText;
  readonly program: Program;
  readonly result: RunResult;
  readonly passed: boolean;
}

/** @throws MachineError with the line, where it is about one; what reading the file throws */
export function runFile(path: string, options: RunOptions): RanFile {
  const text = parseProgram(readText(path));
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

/** Reads what may be a pipe, or without an end. @throws MachineError EBADMSG where it is too long */
function readText(path: string): string {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let left = MAX_FILE_BYTES + 1; left > 0;) {
      const piece = Buffer.alloc(Math.min(left, 2 ** 16));
      const read = readSync(file, piece);
      if (read === 0) {
        return Buffer.concat(pieces).toString('utf8');
      }
      pieces.push(piece.subarray(0, read));
      left -= read;
    }
  } finally {
    closeSync(file);
  }
  throw new MachineError('EBADMSG', `is longer than ${MAX_FILE_BYTES / 2 ** 20} MiB`);
}
