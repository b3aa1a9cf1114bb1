import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cg, main } from './cg.js';

describe('cg guest', () => {
  it.each([
    ['guest', '--help'],
    ['guest', '-h'],
    ['help', 'guest'],
  ])('cg %s %s: the help of the program, under this name', (...args) => {
    const { code, out, err } = cg(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: cg guest \[options\]\n/);
    expect(out).toContain('\n  $ cg guest --shell ');
  });

  it('hands on each argument as it is, and the exit code', () => {
    expect(cg(['guest', '--cases', '0'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^cg: option '--cases <n\|all>' argument '0' is invalid/) as string,
    });
    const odd = `/nowhere/a "b"  'c' $HOME`;
    expect(
      cg(['guest', '--kernel', odd, '--modules', odd, '--busybox', odd, '--bios', odd, '--vga-bios', odd]),
    ).toEqual({ code: 2, out: '', err: `cg: ${odd}: no such file (kernel)\n` });
  });
});

describe.skipIf(process.platform === 'win32')('a process of cg guest', () => {
  let folder: string;
  let cgProcess: ChildProcess;

  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  /** The process of cg-guest: what has started apt. */
  const guestPid = (): number => Number(read('parent'));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cg-guest-'));
    // An apt that takes as long as its parent lives, and has what it reads of standard input in a file.
    const script = `#!/bin/sh
echo $PPID > ${folder}/parent.partial && mv ${folder}/parent.partial ${folder}/parent
while kill -0 $PPID 2> /dev/null; do sleep 0.05; done
`;
    writeFileSync(join(folder, 'apt-get'), script);
    chmodSync(join(folder, 'apt-get'), 0o755);
    cgProcess = spawn(process.execPath, [main, 'guest', '--cache', join(folder, 'cache')], {
      env: { ...process.env, PATH: [folder, process.env.PATH].join(':') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await until(() => existsSync(join(folder, 'parent')));
  });

  afterEach(() => {
    cgProcess.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it.each(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s ends cg by that signal, and the process that it has started',
    async (signal) => {
      expect(guestPid()).not.toBe(cgProcess.pid);
      expect(isAlive(guestPid())).toBe(true);
      cgProcess.kill(signal);
      expect(await once(cgProcess, 'exit')).toEqual([null, signal]);
      await until(() => !isAlive(guestPid()));
    },
  );

  it('ends by the signal that has ended the other one', async () => {
    process.kill(guestPid(), 'SIGTERM');
    expect(await once(cgProcess, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
