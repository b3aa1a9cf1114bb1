import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../errors.js';
import { rivalsFolder } from '../places.js';
import type { Skipped } from '../row.js';

/** Finds the host's C compiler; undefined where there is none. */
export type FindCompiler = () => string | undefined;

/** `cc`, where it can be run. */
export const findCc: FindCompiler = () => {
  const { error, status } = spawnSync('cc', ['--version'], { stdio: 'ignore' });
  return error === undefined && status === 0 ? 'cc' : undefined;
};

/** A rival in C, compiled when it is first asked for and once only. */
export class CProgram {
  readonly #source: string;
  readonly #findCompiler: FindCompiler;
  readonly #parent: string;
  #folder: string | undefined;
  #built: { readonly path: string } | Skipped | undefined;

  /** `source` is a file in rivals/, `parent` the folder in which a folder for the program is made. */
  constructor(source: string, findCompiler: FindCompiler, parent: string = tmpdir()) {
    this.#source = source;
    this.#findCompiler = findCompiler;
    this.#parent = parent;
  }

  /** Compiles it. @returns why it cannot be had; undefined where it can */
  prepare(): Skipped | undefined {
    this.#built ??= this.#compile();
    return 'skipped' in this.#built ? this.#built : undefined;
  }

  /**
   * Runs it in a process of its own. @returns the `count` integers that it prints
   * @throws BenchError EBADMSG where it does not end well or says something else
   */
  protected runFor(count: number, args: readonly number[]): number[] {
    const built = (this.#built ??= this.#compile());
    if ('skipped' in built) {
      throw new BenchError('EINVAL', built.skipped, this.#source);
    }
    const { status, stdout, stderr } = spawnSync(built.path, args.map(String), { encoding: 'utf8' });
    const words = (stdout ?? '').trim().split(' ').map(Number);
    if (status !== 0 || words.length !== count || !words.every(Number.isInteger)) {
      const said = `${stdout ?? ''}${stderr ?? ''}`.trim();
      throw new BenchError(
        'EBADMSG',
        `${this.#source} ended with ${status} and said «${said}»`,
        this.#source,
      );
    }
    return words;
  }

  /** Deletes the compiled program. */
  close(): void {
    if (this.#folder !== undefined) {
      rmSync(this.#folder, { recursive: true, force: true });
    }
    this.#folder = undefined;
    this.#built = undefined;
  }

  #compile(): { readonly path: string } | Skipped {
    const compiler = this.#findCompiler();
    if (compiler === undefined) {
      return { skipped: 'no C compiler' };
    }
    this.#folder = mkdtempSync(join(this.#parent, 'cg-bench-'));
    const path = join(this.#folder, this.#source.replace(/\.c$/, ''));
    const source = join(rivalsFolder, this.#source);
    const { status, stderr } = spawnSync(compiler, ['-O2', '-o', path, source], { encoding: 'utf8' });
    if (status !== 0) {
      const [line = ''] = (stderr ?? '').trim().split('\n');
      return { skipped: `the C compiler failed: ${line}` };
    }
    return { path };
  }
}
