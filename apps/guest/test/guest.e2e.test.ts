import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  it('names what is missing for the disk with Mesa', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cg-guest-'));
    try {
      const kernel = new Uint8Array(1024);
      kernel.set(Buffer.from('HdrS'), 0x202);
      const gltest = readFileSync(new URL('../programs/gltest', import.meta.url));
      const files = { kernel, busybox: gltest, bios: new Uint8Array(8), 'vga-bios': new Uint8Array(8) };
      mkdirSync(join(folder, 'modules'));
      Object.entries(files).forEach(([name, bytes]) => writeFileSync(join(folder, name), bytes));
      const names = [...Object.keys(files), 'modules'].flatMap((name) => [`--${name}`, join(folder, name)]);
      const { code, err } = cgGuest(['--gl', 'tri', '--cache', folder, ...names], { PATH: folder });
      expect([code, err]).toEqual([
        2,
        'cg: asking apt for the packages of Mesa for Debian i386\ncg: apt-get is not installed\n' +
          '    use a Debian system; Mesa comes from Debian 12, or an older release\n',
      ]);
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
    [['--gl', 'teapot'], /^cg: teapot: no such file, and no such program\n {4}programs: tri /],
    [['--gl', 'tri', 'cube', '--png', 'x.png'], /--png takes the picture of one program/],
    [['--gl', 'tri', '--run', 'true'], /cannot be used with option/],
    [['--gl', 'tri', '--renderer', 'gl'], /Allowed choices are soft, webgpu, none/],
    [['--coherent'], /--coherent needs --gl, --x or --piglit/],
    [['--cost-of-coherence', '--gl', 'tri'], /cannot be used with option/],
    [
      ['--cost-of-coherence', 'teapot'],
      /^cg: teapot: no such program of the experiment\n {4}programs: texquad /,
    ],
    [['--cost-of-coherence', '--rounds', '0'], /integer from 1 to 1000/],
    [['--cost-of-coherence', '--seconds', '0'], /number above 0, up to 60/],
    [['--svg', 'x.svg'], /--svg needs --cost-of-coherence/],
    [['--reference'], /--reference needs --piglit/],
    [['--piglit', 'x', '--reference', 'elsewhere'], /Allowed choices are guest, host/],
    [['--record', 'x'], /--record needs --gl, --x or --piglit/],
    [['--results', 'x'], /--results needs --piglit/],
    [['--piglit', '../x'], /^cg: «..\/x» is no test of piglit\n/],
    [['tri'], /unexpected argument tri/],
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
      expect(out).toMatch(new RegExp(`^Usage: ${name} \\[options\\] \\[arguments\\.\\.\\.\\]\n`));
      expect(out).toContain(`$ ${name} --cases all`);
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    },
  );

  it('is called cg-guest unless started by cg', () => {
    expect(cgGuest(['--help']).out).toMatch(/^Usage: cg-guest /);
    expect(cgGuest(['--version']).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
