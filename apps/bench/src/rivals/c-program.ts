import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { BenchError } from '../errors.js';
import { rivalsFolder } from '../places.js';
import type { Skipped } from '../row.js';

/**
 * A rival in C, compiled with `-O3`, as a process: for each line of input it runs a batch, and answers with a line of
 * integers.
 */
export class CProgram {
  readonly #source: string;
  readonly #folder: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string, undefined>;
  #errors = '';

  private constructor(source: string, folder: string, args: readonly number[]) {
    this.#source = source;
    this.#folder = folder;
    this.#process = spawn(programPath(folder), args.map(String), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()));
    // A program that has ended is detected by its missing answer.
    this.#process.stdin.on('error', () => {});
  }

  /**
   * Compiles and starts it.
   * @param source a file in rivals/ @param parent the folder in which a folder for the program is created
   */
  static start(
    source: string,
    args: readonly number[],
    compiler: string,
    parent: string = tmpdir(),
  ): CProgram | Skipped {
    const { error, status } = spawnSync(compiler, ['--version'], { stdio: 'ignore' });
    if (error !== undefined || status !== 0) {
      return { skipped: 'no C compiler' };
    }
    const folder = mkdtempSync(join(parent, 'cg-bench-'));
    const command = ['-O3', '-o', programPath(folder), join(rivalsFolder, source)];
    const compiled = spawnSync(compiler, command, { encoding: 'utf8' });
    if (compiled.status !== 0) {
      rmSync(folder, { recursive: true, force: true });
      const [line = ''] = (compiled.stderr ?? '').trim().split('\n');
      return { skipped: `the C compiler failed: ${line}` };
    }
    return new CProgram(source, folder, args);
  }

  /**
   * Runs a batch. @returns the `count` integers of the answer @throws BenchError EBADMSG if it ends instead, or answers
   * something else
   */
  async batch(count: number): Promise<number[]> {
    this.#process.stdin.write('\n');
    const { value: line = '' } = await this.#lines.next();
    const words = line.split(' ').map(Number);
    if (words.length !== count || !words.every(Number.isInteger)) {
      const message = `${line}${this.#errors}`.trim();
      throw new BenchError('EBADMSG', `${this.#source} answered «${message}»`, this.#source);
    }
    return words;
  }

  /** Ends it and deletes the compiled program. */
  close(): void {
    this.#process.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function programPath(folder: string): string {
  return join(folder, 'program');
}
