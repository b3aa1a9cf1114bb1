import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PIGLIT_FOLDER } from '../boot/disk-content.js';
import { GuestError } from '../guest-error.js';
import type { ReferencePlace } from './reference-places.js';
import type { GuestCommand, ProgramRun } from './run-program.js';

/** What piglit prints, and what this program adds for tests that end otherwise. */
const RESULTS = ['pass', 'fail', 'skip', 'warn', 'crash', 'timeout'] as const;
export type PiglitResult = (typeof RESULTS)[number];

/** A test on the device. */
export interface PiglitRecord extends Omit<ProgramRun, 'picture'> {
  readonly result: PiglitResult;
  /** Of llvmpipe; undefined if it was not asked for. */
  readonly reference?: PiglitResult | undefined;
  readonly referenceOn?: ReferencePlace | undefined;
  /** What the test printed; of a long output the end. */
  readonly output: string;
  /** Tests of the process, whose time and commands the record has; undefined for one. */
  readonly together?: number;
}

const RESULT_LINE = /^PIGLIT: (\{.*\})\s*$/gm;

export const PIGLIT_ENVIRONMENT = {
  PIGLIT_PLATFORM: 'surfaceless_egl',
  PIGLIT_SOURCE_DIR: PIGLIT_FOLDER,
};

/** Mesa's driver for the CPU. */
export const LLVMPIPE = { LIBGL_ALWAYS_SOFTWARE: 'true' };

/** Without these a test waits for keys, and draws to a window. */
const ALONE = ['-auto', '-fbo'];

/**
 * The command of a test: the name of one of piglit's programs, and its arguments.
 * @throws GuestError for a name with a slash
 */
export function piglitCommand(test: string): GuestCommand {
  const [name = '', ...args] = test.trim().split(/\s+/);
  if (name === '' || name.includes('/')) {
    throw new GuestError(
      `«${test}» is no test of piglit`,
      'a test is a program with its arguments, in quotes',
    );
  }
  const added = ALONE.filter((option) => !args.includes(option));
  // Piglit runs its tests in its folder.
  const found = args.map((word) => (word.startsWith('tests/') ? `${PIGLIT_FOLDER}/${word}` : word));
  const words = [`${PIGLIT_FOLDER}/bin/${name}`, ...found, ...added];
  return { name: [name, ...args].join(' '), words, hasMarks: false, flip: true };
}

/** The result of a test. @param exitCode 128 + n where signal n ended it; null if it did not end in time */
export function piglitResult(output: string, exitCode: number | null): PiglitResult {
  if (exitCode === null) {
    return 'timeout';
  }
  const printed = [...output.matchAll(RESULT_LINE)].flatMap(([, json]) => {
    const { result } = JSON.parse(json) as { result?: PiglitResult };
    return result !== undefined && RESULTS.includes(result) ? [result] : [];
  });
  return exitCode > 128 ? 'crash' : (printed.at(-1) ?? 'fail');
}

/**
 * The tests of the command line; of `@FILE` those of a file's lines, without empty ones and comments (`#`).
 * @throws GuestError for a file that cannot be read
 */
export function readTests(names: readonly string[]): string[] {
  return names.flatMap((name) => (name.startsWith('@') ? testsOfFile(name.slice(1)) : [name]));
}

function testsOfFile(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new GuestError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** Results of llvmpipe, kept in the cache: they change with its packages only. */
export class ReferenceResults {
  readonly #path: string;

  constructor(cache: string, packagesId: string) {
    this.#path = join(cache, `piglit-llvmpipe-${packagesId}.json`);
  }

  get(test: string): PiglitResult | undefined {
    return readResults(this.#path)[test];
  }

  /** Read again first: several programs may run. */
  set(test: string, result: PiglitResult): void {
    writeFileSync(this.#path, JSON.stringify({ ...readResults(this.#path), [test]: result }, null, 2));
  }
}

/** A damaged file is as none, and as one that is missing: the tests run again. */
function readResults(path: string): Record<string, PiglitResult> {
  try {
    const results: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof results === 'object' && results !== null ? (results as Record<string, PiglitResult>) : {};
  } catch {
    return {};
  }
}
