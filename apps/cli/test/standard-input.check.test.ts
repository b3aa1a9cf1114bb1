import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCommand } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { cg, main, runCg, tracesFolder } from './cg.js';

const trace = join(tracesFolder, 'idle-desktop.cgtrace.gz');
const commands = ['replay', 'litmus', 'decode'] as const;

const inputs = {
  replay: readFileSync(trace),
  litmus: Buffer.from('# Stored.\nprocess p\nsurface s A8R8G8B8 64x64\nmap p s\ncpu 0 store s +0 4\ncheck\n'),
  decode: encodeCommand('FENCE', { fence: 42 }),
};

const printed = {
  replay: /^-: an idle desktop[\s\S]*wrong bytes +0/,
  litmus: /^ok +- +Stored\.\n1 program, all passed/,
  decode: /^0x000000 {4}FENCE fence=42\n$/,
};

describe('«-» is standard input', () => {
  it.each(commands)('cg %s reads it like a file', (command) => {
    const { code, out, err } = cg([command, '-'], {}, inputs[command]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(printed[command]);
  });

  it.each([
    ['replay', Buffer.alloc(0), /^cg: -:1: the file is empty|^cg: -:1: the gzip data is truncated/],
    ['replay', Buffer.from('{"kind":'), /^cg: -:1: not gzip data\n$/],
    ['replay', inputs.replay.subarray(0, 15_000), /^cg: -:\d+: the gzip data is truncated\n$/],
    ['litmus', Buffer.alloc(0), /^cg: -: has no statement\n$/],
    ['litmus', Buffer.from('process p\nfrobnicate\n'), /^cg: -:2: no statement begins with "frobnicate"/],
    ['litmus', Buffer.alloc(17 * 2 ** 20, '#'), /^cg: -: is longer than 16 MiB\n$/],
  ] as const)('cg %s: an error in it is one line and exit code 2', (command, input, message) => {
    const { code, out, err } = cg([command, '-'], {}, input);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it.each(['replay', 'litmus'])('cg %s reads it only once', async (command) => {
    const { code, out, err } = await runCg([command, '-', trace, '-']);
    expect([code, out, err]).toEqual([2, '', 'cg: standard input (-) can be read only once\n']);
  });

  it.each(commands)('cg %s treats a closed one as empty', (command) => {
    const [closed, empty] = ['<&-', '</dev/null'].map((redirection) => {
      const line = `"$0" "$1" ${command} - ${redirection}`;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', line, process.execPath, main], {
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    });
    expect(closed).toEqual(empty);
    expect(closed.status).toBe(command === 'decode' ? 0 : 2);
  });

  it('cg litmus does not wait for the end of an input that is too long', () => {
    const line = 'yes "process p" | "$0" "$1" litmus -';
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, main], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, 'cg: -: is longer than 16 MiB\n']);
  });
});
