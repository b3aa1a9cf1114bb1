import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cg, main } from './cg.js';

/** For two processes, on a machine busy with other tests. */
const START_MILLISECONDS = 120_000;

describe('cg guest', () => {
  it.each([
    ['guest', '--help'],
    ['guest', '-h'],
    ['help', 'guest'],
  ])('cg %s %s: the help of the program, under this name', (...args) => {
    const { code, out, err } = cg(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: cg guest \[options\] \[arguments\.\.\.\]\n/);
    expect(out).toContain('\n  $ cg guest --shell ');
  });

  it('passes on each argument unchanged, and the exit code', () => {
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

describe.skipIf(process.platform === 'win32')('a running cg guest', () => {
  let folder: string;
  let cgProcess: ChildProcess;

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  /** The process that has started apt: the guest's. */
  const guestPid = (): number => Number(readFileSync(join(folder, 'parent'), 'utf8'));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cg-guest-'));
    // An apt that runs as long as its parent, a minute at most.
    const script = `#!/bin/sh
echo $PPID > ${folder}/parent.partial && mv ${folder}/parent.partial ${folder}/parent
for i in $(seq 1200); do kill -0 $PPID 2> /dev/null && sleep 0.05 || exit; done
`;
    writeFileSync(join(folder, 'apt-get'), script);
    chmodSync(join(folder, 'apt-get'), 0o755);
    cgProcess = spawn(process.execPath, [main, 'guest', '--cache', join(folder, 'cache')], {
      env: { ...process.env, PATH: [folder, process.env.PATH].join(':') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    while (!existsSync(join(folder, 'parent'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, START_MILLISECONDS);

  afterEach(() => {
    cgProcess.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    '%s ends by that signal after the guest’s process has ended',
    async (signal) => {
      expect(isAlive(guestPid())).toBe(true);
      cgProcess.kill(signal);
      expect(await once(cgProcess, 'exit')).toEqual([null, signal]);
      expect(isAlive(guestPid())).toBe(false);
    },
  );

  it('its guest’s process does not outlive a SIGKILL', async () => {
    cgProcess.kill('SIGKILL');
    // The guest's process has the same standard error: it is closed once both have ended.
    expect(await once(cgProcess, 'close')).toEqual([null, 'SIGKILL']);
  });

  it('ends by the signal that has ended the guest’s process', async () => {
    process.kill(guestPid(), 'SIGTERM');
    expect(await once(cgProcess, 'exit')).toEqual([null, 'SIGTERM']);
  });
});
