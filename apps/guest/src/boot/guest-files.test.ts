import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGuestFiles } from './guest-files.js';

let folder: string;

/** The head of an ELF file: 32 bits, EM_386. */
const i386Program = new Uint8Array(64);
i386Program.set(Buffer.from('\x7fELF\x01'));
i386Program[18] = 3;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-files-'));
  mkdirSync(join(folder, 'modules'));
  ['bios', 'vgaBios'].forEach((name) => writeFileSync(join(folder, name), name));
  const kernel = new Uint8Array(1024);
  kernel.set(Buffer.from('HdrS'), 0x202);
  writeFileSync(join(folder, 'kernel'), kernel);
  writeFileSync(join(folder, 'busybox'), i386Program);
});

afterEach(() => rmSync(folder, { recursive: true }));

function given(instead: Record<string, string>) {
  const names = ['kernel', 'modules', 'busybox', 'bios', 'vgaBios'];
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, instead[name] ?? name)]));
  return findGuestFiles({ ...paths, cache: join(folder, 'cache'), flavour: '686', say: () => {} });
}

describe('the files of a guest', () => {
  it.each([
    ['busybox', 'modules', /modules: is not a regular file \(busybox\)/],
    ['kernel', 'modules', /modules: is not a regular file \(kernel\)/],
    ['modules', 'kernel', /kernel: is not a folder \(modules\)/],
  ])('a %s that is the %s is refused', async (what, path, message) => {
    await expect(given({ [what]: path })).rejects.toMatchObject({
      name: 'GuestError',
      message: expect.stringMatching(message) as string,
    });
    await expect(given({})).resolves.toMatchObject({ kernel: join(folder, 'kernel') });
  });

  it.each([
    ['kernel', new Uint8Array(5_000_000).fill(7), 'is not a bzImage'],
    ['kernel', new Uint8Array(), 'is not a bzImage'],
    ['busybox', new Uint8Array(64).fill(7), 'is not an i386 executable'],
    ['busybox', i386Program.slice(0, 12), 'is not an i386 executable'],
    ['busybox', i386Program.with(18, 62), 'is not an i386 executable'],
    ['bios', new Uint8Array(2 ** 18 + 1), 'is too large for a BIOS'],
    ['vgaBios', new Uint8Array(2 ** 18 + 1), 'is too large for a BIOS'],
  ])('a %s with other contents is refused', async (what, bytes, message) => {
    writeFileSync(join(folder, 'other'), bytes);
    await expect(given({ [what]: 'other' })).rejects.toMatchObject({
      name: 'GuestError',
      message: `${join(folder, 'other')}: ${message} (${what})`,
    });
  });

  it('are not fetched if the cache folder cannot be created', async () => {
    const cache = join(folder, 'kernel');
    await expect(findGuestFiles({ cache, flavour: '686', say: () => {} })).rejects.toMatchObject({
      name: 'GuestError',
      message: `${cache}: cannot be used as the cache folder (ENOTDIR)`,
    });
  });

  it.each(['', '[', '[]', 'null'])('are fetched again if the list in the cache is «%s»', async (list) => {
    const cache = join(folder, 'cache');
    const packages = join(cache, 'debian-i386-686');
    mkdirSync(packages, { recursive: true });
    writeFileSync(join(packages, 'packages.json'), list);
    const messages: string[] = [];
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      await expect(
        findGuestFiles({ cache, flavour: '686', say: (what) => messages.push(what) }),
      ).rejects.toMatchObject({ name: 'GuestError', message: 'apt-get is not installed' });
    } finally {
      process.env.PATH = path;
    }
    expect(messages).toEqual(['asking apt for the packages of Debian i386']);
  });
});
