import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmulatedGuest } from '../src/emulator/emulated-guest.js';
import { GuestError } from '../src/guest-error.js';
import { runGuests } from '../src/run-guest.js';
import { cgGuest } from './cg-guest.js';
import { defaultRequest, isGuestFetched, silentReporter } from './default-request.js';

/** Timeout for booting without a saved guest, and for downloads if the cache is not whole. */
const FIRST_START_MILLISECONDS = 900_000;

interface Expected {
  readonly code: number;
  readonly output?: string;
  readonly errors?: string | RegExp;
}

const COMMANDS: Readonly<Record<string, Expected>> = {
  true: { code: 0 },
  false: { code: 1 },
  '': { code: 0 },
  '(exit 3)': { code: 3 },
  'return 7': { code: 7 },
  'no-such-command': { code: 127, errors: /no-such-command: not found\n$/ },
  if: { code: 2, errors: /syntax error/ },
  [`sh -c 'kill -9 $$'`]: { code: 128 + 9, errors: 'Killed\n' },
  [`sh -c 'kill -TERM $$'`]: { code: 128 + 15, errors: 'Terminated\n' },
  [`printf 'no newline'`]: { code: 0, output: 'no newline' },
  [`echo 'cg: exit=0'; false`]: { code: 1, output: 'cg: exit=0\n' },
  [`echo out; echo err >&2; echo "it's 'quoted' $((1 + 2))"`]: {
    code: 0,
    output: "out\nit's 'quoted' 3\n",
    errors: 'err\n',
  },
  'false; true': { code: 0 },
  'false || echo other && echo third': { code: 0, output: 'other\nthird\n' },
  'sleep 1000 & echo "not waited for"': { code: 0, output: 'not waited for\n' },
  'cat; echo "end of input: $?"': { code: 0, output: 'end of input: 0\n' },
  'echo one\necho two\n(exit 5)': { code: 5, output: 'one\ntwo\n' },
  'x=kept': { code: 0 },
  'echo $x': { code: 0, output: 'kept\n' },
};

/** More than a pipe holds, with bytes that a terminal would change or that are not UTF-8. */
const LONG = String.raw`i=0; while [ $i -lt 5000 ]; do printf 'line %d\r\n\0\4\377' $i; i=$((i+1)); done`;

interface Answer {
  readonly code: number | undefined;
  readonly output: Buffer;
  readonly errors: Buffer;
}

async function runIn(guest: EmulatedGuest, command: string): Promise<Answer> {
  const [output, errors]: Uint8Array[][] = [[], []];
  const code = await guest.shell.run(command, {
    onOutput: (bytes) => void output.push(bytes),
    onErrors: (bytes) => void errors.push(bytes),
  });
  return { code, output: Buffer.concat(output), errors: Buffer.concat(errors) };
}

/** Runs commands in one guest, the program's default; undefined if apt has no packages. */
async function answersOf(commands: readonly string[]): Promise<Map<string, Answer> | undefined> {
  const answers = new Map<string, Answer>();
  try {
    await runGuests(defaultRequest, {
      ...silentReporter,
      interact: async (guest) => {
        for (const command of commands) {
          answers.set(command, await runIn(guest, command));
        }
      },
    });
  } catch (error) {
    if (error instanceof GuestError && error.message.startsWith('apt')) {
      return undefined;
    }
    throw error;
  }
  return answers;
}

describe('a command in a real guest', () => {
  let answers: Map<string, Answer> | undefined;

  beforeAll(async () => {
    answers = isGuestFetched ? await answersOf([...Object.keys(COMMANDS), LONG]) : undefined;
  }, FIRST_START_MILLISECONDS);

  beforeEach(({ skip }) => {
    skip(answers === undefined, 'no guest: `cg guest` has not fetched one, or apt has no packages here');
  });

  it.each(Object.entries(COMMANDS))('%j has its own exit code and output', (command, expected) => {
    const { code, output, errors } = answers?.get(command) ?? {};
    expect([code, output?.toString()]).toEqual([expected.code, expected.output ?? '']);
    expect(errors?.toString()).toMatch(expected.errors ?? /^$/);
  });

  it('has its output byte for byte, also beyond the capacity of a pipe', () => {
    const parts = Array.from({ length: 5000 }, (_, i) => [
      Buffer.from(`line ${i}\r\n\0\x04`),
      Buffer.of(0xff),
    ]);
    expect(answers?.get(LONG)?.output.equals(Buffer.concat(parts.flat()))).toBe(true);
  });

  it('cg-guest --run: prints the output in its README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const example = /```sh\nnpx cg-guest --run '([^']*)'\n```\n\n```text\n([^`]*)```/.exec(readme);
    expect(example).not.toBeNull();
    const [, command, prints] = example ?? [];
    expect(cgGuest(['--run', command])).toMatchObject({ code: 0, out: prints });
  });

  it('cg-guest --run: only the output of the command is on standard output; a failure is exit code 1', () => {
    const { code, out, err } = cgGuest(['--run', `printf 'cg: exit=0'; echo oops >&2; false`]);
    expect([code, out]).toEqual([1, 'cg: exit=0']);
    expect(err).toMatch(/^oops\n.* device commands\n {2}the command failed with 1\n$/);
  });

  it('cg-guest --run --json: the exit code of the command is in the JSON', () => {
    const { code, out, err } = cgGuest(['--json', '--run', 'echo text; (exit 3)']);
    expect([code, err]).toEqual([1, 'text\n']);
    expect(JSON.parse(out)).toMatchObject({ guests: [{ runExitCode: 3 }] });
  });

  it('cg-guest --run: a command that does not end in time fails, with its output so far', () => {
    const { code, out, err } = cgGuest(['--timeout', '1', '--run', 'echo begun; while :; do :; done']);
    expect([code, out]).toEqual([1, 'begun\n']);
    expect(err).toMatch(/the command did not end in time\n$/);
  });

  it.each([
    ['exit 3', 'its first shell exited with 3'],
    ['reboot -f', 'restarting system'],
  ])('cg-guest --run %j: the guest ends, with one line and exit code 2', (command, how) => {
    const { code, out, err } = cgGuest(['--run', command]);
    expect([code, out, err]).toEqual([2, '', `cg: the guest has ended: ${how}\n`]);
  });
});
