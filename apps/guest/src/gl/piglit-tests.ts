import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PIGLIT_FOLDER } from '../boot/guest-disk.js';
import { GuestError } from '../guest-error.js';
import type { GuestCommand } from './run-program.js';

/** What piglit prints, and what this program adds for tests that end otherwise. */
const RESULTS = ['pass', 'fail', 'skip', 'warn', 'crash', 'timeout'] as const;
export type PiglitResult = (typeof RESULTS)[number];

const RESULT_LINE = /^PIGLIT: (\{.*\})\s*$/gm;

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
  const words = [`${PIGLIT_FOLDER}/bin/${name}`, ...args, ...added];
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

/** Results of llvmpipe in the guest, kept in the cache: they change with the disk only. */
export class ReferenceResults {
  readonly #path: string;
  readonly #results: Record<string, PiglitResult>;

  constructor(cache: string, diskId: string) {
    this.#path = join(cache, `piglit-llvmpipe-${diskId}.json`);
    this.#results = existsSync(this.#path) ? readResults(this.#path) : {};
  }

  get(test: string): PiglitResult | undefined {
    return this.#results[test];
  }

  set(test: string, result: PiglitResult): void {
    this.#results[test] = result;
    writeFileSync(this.#path, JSON.stringify(this.#results, null, 2));
  }
}

/** A damaged file is as none: the tests run again. */
function readResults(path: string): Record<string, PiglitResult> {
  try {
    const results: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof results === 'object' && results !== null ? (results as Record<string, PiglitResult>) : {};
  } catch {
    return {};
  }
}
