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

/** A limit above the size of a hundred thousand statements. */
const MAX_FILE_BYTES = 16 * 2 ** 20;

/** The result of a litmus file. */
export interface RanFile {
  readonly path: string;
  readonly text: ProgramText;
  readonly program: Program;
  readonly result: RunResult;
  readonly passed: boolean;
}

/**
 * Runs the program in a file, or on standard input for `-`.
 * @throws LitmusError with the line, if it concerns one; errors of reading the file
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

/** The program in a file. @throws as `runFile` */
export async function readProgram(path: string): Promise<Program> {
  return programOf(parseProgram(await readText(path)));
}

/** Reads a file or pipe, which may be endless. @throws LitmusError EBADMSG if it is too long */
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
