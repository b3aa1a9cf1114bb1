import {
  LitmusError,
  parseProgram,
  programOf,
  runProgram,
  type Program,
  type ProgramText,
  type RunOptions,
  type RunResult,
} from '@cg/litmus';
import { openInput } from '../input/open-input.js';

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

/**
 * Runs the program in a file, or on standard input for `-`.
 * @throws LitmusError with the line, where it is about one; what reading the file throws
 */
export async function runFile(path: string, options: RunOptions): Promise<RanFile> {
  const text = parseProgram(await readText(path));
  if (text.lines.length === 0) {
    throw new LitmusError('EBADMSG', 'has no statement');
  }
  const program = programOf(text);
  try {
    const result = runProgram(program, options);
    return { path, text, program, result, passed: result.findings.length + result.unmet.length === 0 };
  } catch (error) {
    if (error instanceof LitmusError && error.line !== undefined) {
      // A run knows steps, not lines.
      throw new LitmusError(error.code, error.message, text.lines.at(error.line - 1)?.line);
    }
    throw error;
  }
}

/** Reads what may be a pipe, or without an end. @throws LitmusError EBADMSG where it is too long */
async function readText(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of openInput(path)) {
    bytes += piece.length;
    if (bytes > MAX_FILE_BYTES) {
      throw new LitmusError('EBADMSG', `is longer than ${MAX_FILE_BYTES / 2 ** 20} MiB`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
