import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { main } from './cg.js';

const MANY = 1_000_000;
/** Too long to complete before a signal. */
const LONG = ['--random', '2', '--steps', '100000'];

/** Reports on standard error that the program handles signals: an earlier one ends any program. */
const SAYS_LISTENING = `data:text/javascript,
  process.on('newListener', (name) => {
    if (name === 'SIGTERM') setImmediate(() => console.error('listening'));
  });`;

/** A run of the built `cg litmus` that receives signals. */
class Run {
  out = '';
  err = '';
  readonly #child;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--import', SAYS_LISTENING, main, 'litmus', ...args]);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Sends a signal once standard error has output. */
  async send(signal: 'SIGINT' | 'SIGTERM', output: RegExp): Promise<void> {
    while (!output.test(this.err)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#child.kill(signal);
  }
}

describe.skipIf(process.platform === 'win32')('a signal during cg litmus', () => {
  it.each([
    ['SIGINT', 130, 1],
    ['SIGINT', 130, 2],
    ['SIGTERM', 143, 2],
  ] as const)(
    '%s: prints the results so far and how to run the rest, exit code %i, %i jobs',
    async (signal, code, jobs) => {
      const options = ['--steps', '40', '--method', 'trap', '--jobs', `${jobs}`];
      const run = new Run(['--random', `${MANY}`, '--seed', '7', ...options]);
      await run.send(signal, /listening/);
      expect(await run.ended).toEqual({ code, signal: null });
      expect(run.err).toBe(
        `listening\ncg: ${signal}: stopping after the current programs; another one ends at once\n`,
      );
      const [, programs, last] = /^([\d,]+) random programs, seeds 7 to (\d+): /.exec(run.out) ?? [];
      const next = Number(last) + 1;
      expect(Number(programs?.replaceAll(',', ''))).toBe(next - 7);
      const rest = ['--random', MANY + 7 - next, '--seed', next, '--steps', 40, '--method', 'trap'];
      const line = ['  cg litmus', ...rest, ...(jobs === 1 ? [] : ['--jobs', jobs])].join(' ');
      expect(run.out).toContain(`stopped by ${signal}; the next seed is ${next}:\n${line}\n`);
    },
  );

  it('as JSON: the next seed and the signal', async () => {
    const run = new Run(['--random', `${MANY}`, '--json']);
    await run.send('SIGINT', /listening/);
    expect((await run.ended).code).toBe(130);
    const { next, from, programs, interrupted } = JSON.parse(run.out) as Record<string, unknown>;
    expect([next, interrupted]).toEqual([(from as number) + (programs as number), 'SIGINT']);
  });

  it('of an exhaustive run: the number of completed programs', async () => {
    const run = new Run(['--exhaustive', '5']);
    await run.send('SIGINT', /listening/);
    expect((await run.ended).code).toBe(130);
    expect(run.out).toMatch(/stopped by SIGINT; [\d,]+ of 1,158,388 programs are done\n$/);
  });

  it.each([1, 2])('a second one ends it at once, %i jobs', async (jobs) => {
    const run = new Run([...LONG, '--jobs', `${jobs}`]);
    await run.send('SIGINT', /listening/);
    await run.send('SIGINT', /stopping/);
    expect(await run.ended).toEqual({ code: null, signal: 'SIGINT' });
    expect(run.out).toBe('');
  });
});
