import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NAME_UNDER_CG, PROGRAM } from '../src/program.js';
import { cgGuest, runGuest } from './cg-guest.js';

describe('cg-guest', () => {
  it('names what is missing on a machine without apt, and the options to use instead', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cg-guest-'));
    try {
      const { code, out, err } = cgGuest(['--cache', folder], { PATH: folder });
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^cg: asking apt.*\ncg: apt-get is not installed\n {4}.*--kernel, --modules/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names a missing file of the user', async () => {
    const names = ['kernel', 'modules', 'busybox', 'bios', 'vga-bios'];
    const { code, err } = await runGuest(names.flatMap((name) => [`--${name}`, `/nowhere/${name}`]));
    expect([code, err]).toEqual([2, 'cg: /nowhere/kernel: no such file (kernel)\n']);
  });

  it.each([
    [['--cases', '0'], /integer from 1 to 1000/],
    [['--cases', '1', '--case', '2'], /cannot be used with option/],
    [['--case', '999'], /there is no case 999/],
    [['--fifo', '--dx'], /cannot be used with option/],
    [['--delay', '-1'], /number from 0 to 1000/],
    [['--memory', '64'], /integer from 128 to 1024/],
    [['--shell'], /--shell needs a terminal/],
    [['--flavour', 'amd64'], /Allowed choices are 686-pae, 686/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await runGuest(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n').length).toBeLessThan(3);
  });

  it.each([PROGRAM, NAME_UNDER_CG])(
    'helps under the name «%s» by example, within 100 columns',
    async (name) => {
      const { code, out } = await runGuest(['--help'], name);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`^Usage: ${name} \\[options\\]\n`));
      expect(out).toContain(`$ ${name} --cases all`);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  it('is called cg-guest unless started by cg', () => {
    expect(cgGuest(['--help']).out).toMatch(/^Usage: cg-guest /);
    expect(cgGuest(['--version']).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
