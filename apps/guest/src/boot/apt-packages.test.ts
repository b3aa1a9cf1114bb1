import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms } from './fake-programs.fixture.js';
import { findGuestFiles } from './guest-files.js';

let folder: string;

const fake = (scripts: Readonly<Record<string, string>>): void => fakePrograms(folder, scripts);

/**
 * A fake apt: «apt-get download» makes an empty file for each name, and dpkg-deb writes the contents, with the checked
 * parts of a bzImage and of an i386 executable.
 */
const APT = {
  'apt-get': `echo "$@" >> ${'$'}{APT_CONFIG%/*}/../../log; cat $APT_CONFIG > ${'$'}{APT_CONFIG%/*}/../../conf
[ "$1" = download ] && shift && for name; do touch $name.deb; done; true`,
  'apt-cache': 'printf "linux-image-686\\n  Depends: linux-image-6.1.0-7-686\\n"',
  'dpkg-deb': `mkdir -p $3/boot $3/bin $3/usr/share/seabios $3/lib/modules/6.1.0-7-686
head -c 514 /dev/zero > $3/boot/vmlinuz-6.1.0-7-686; printf HdrS >> $3/boot/vmlinuz-6.1.0-7-686
printf "\\177ELF\\1%13s\\3\\0%9s" > $3/bin/busybox
touch $3/usr/share/seabios/bios.bin $3/usr/share/seabios/vgabios-stdvga.bin`,
};

const find = () => findGuestFiles({ cache: join(folder, 'cache'), flavour: '686', say: () => {} });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-apt-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === 'win32')('the files of a guest', () => {
  it('come from the package that the meta package names, and are downloaded once', async () => {
    fake(APT);
    const files = await find();
    expect(files.kernel).toBe(join(folder, 'cache/debian-i386-686/boot/vmlinuz-6.1.0-7-686'));
    expect(Object.values(files).every((path) => existsSync(path))).toBe(true);
    await find();
    const log = readFileSync(join(folder, 'cache/log'), 'utf8').trim().split('\n');
    expect(log).toEqual(['update', 'download linux-image-6.1.0-7-686 busybox-static seabios']);
  });

  it('do not touch the system’s apt: lists and archives are in the cache folder', async () => {
    fake(APT);
    await find();
    const configuration = readFileSync(join(folder, 'cache/conf'), 'utf8');
    const folders = [...configuration.matchAll(/^Dir::\S+ "(.*)";$/gm)].map(([, path]) => path);
    expect(folders).toHaveLength(3);
    expect(folders.every((path) => path.startsWith(join(folder, 'cache')))).toBe(true);
    expect(configuration).toContain('APT::Architecture "i386"');
  });

  it('are found if a mirror fails and another one has the packages', async () => {
    fake({ ...APT, 'apt-get': `${APT['apt-get']}\n[ "$1" != update ]` });
    await expect(find()).resolves.toBeDefined();
  });

  it('are refused if no mirror has the kernel or a download fails, and nothing partial is kept', async () => {
    fake({ ...APT, 'apt-cache': 'exit 100' });
    await expect(find()).rejects.toThrow('apt finds no package linux-image-686');
    fake({ ...APT, 'apt-get': '[ "$1" = update ] || { echo "E: no route to host" >&2; exit 100; }' });
    await expect(find()).rejects.toThrow(/cannot download .*: no route to host/);
    fake(APT);
    await expect(find()).resolves.toBeDefined();
  });

  it('are named in the error if the user gives a path that does not exist', async () => {
    fake(APT);
    const options = { cache: join(folder, 'cache'), flavour: '686', say: () => {} } as const;
    await expect(findGuestFiles({ ...options, bios: '/nowhere/bios.bin' })).rejects.toThrow(
      '/nowhere/bios.bin: no such file (bios)',
    );
    await expect(findGuestFiles({ ...options, kernel: '/boot/x' })).rejects.toThrow(
      '--kernel needs --modules',
    );
  });
});
