import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms } from './fake-programs.fixture.js';
import { MESA_DISK } from './disk-content.js';
import { findGuestDisk } from './guest-disk.js';

let folder: string;
let said: string[];

const fake = (scripts: Readonly<Record<string, string>>): void => fakePrograms(folder, scripts);

const DRIVERS = '$3/usr/lib/i386-linux-gnu/dri';

/** Two packages; mkfs.ext4 makes a file with the names of the root's files. */
const TOOLS = {
  'apt-get': `case "$*" in *print-uris*)
  echo "'http://mirror/libdrm2_2.4.114-1%2bb1_i386.deb' libdrm2_2.4.114-1+b1_i386.deb 41300 SHA256:0"
  echo "'http://mirror/libegl1_1.6.0-1_i386.deb' libegl1_1.6.0-1_i386.deb 34800 SHA256:0";;
esac
[ "$1" = download ] && shift && for name; do touch $name.deb; done; true`,
  // Built again of the same source, and of a source of another name.
  'apt-cache': `printf '%s\\n' 'Package: libdrm2' 'Source: libdrm (2.4.114-1)' 'Version: 2.4.114-1+b1' '' \\
  'Package: libegl1' 'Version: 1.6.0-1' 'Source: libglvnd' '' \\
  'Package: libegl-dev' 'Source: libglvnd' 'Version: 1.6.0-1'`,
  'dpkg-deb': `mkdir -p ${DRIVERS} $3/usr/share/doc
head -c 2000000 /dev/zero > ${DRIVERS}/vmwgfx_dri.so; touch ${DRIVERS}/i915_dri.so $3/usr/share/doc/readme`,
  'mkfs.ext4': 'for last; do :; done; while [ "$1" != -d ]; do shift; done; (find $2; echo $last) > $3',
};

const find = (refresh = false) => {
  return findGuestDisk({
    content: MESA_DISK,
    cache: join(folder, 'cache'),
    refresh,
    say: (what) => void said.push(what),
  });
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-disk-'));
  said = [];
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === 'win32')('the disk with Mesa', () => {
  it('has Mesa’s packages with some drivers, and no documents; it is made once, and said with its size', async () => {
    fake(TOOLS);
    const { path, id, sources } = await find();
    expect(sources).toEqual([
      { name: 'libdrm', version: '2.4.114-1' },
      { name: 'libglvnd', version: '1.6.0-1' },
    ]);
    const content = readFileSync(path, 'utf8');
    expect(content).toContain('/dri/vmwgfx_dri.so\n');
    expect(content).not.toMatch(/i915|readme/);
    expect(['dev', 'proc', 'sys', 'tmp'].every((name) => content.includes(`/root/${name}\n`))).toBe(true);
    // 2 MB, 8 % more, and 16 MiB.
    expect(content).toMatch(/\n19M\n$/);
    expect(said).toEqual([
      'asking apt for the packages of Mesa for Debian i386',
      'downloading 2 packages, 1 MiB',
      'making a disk of 19 MiB',
    ]);
    await expect(find()).resolves.toEqual({ path, id, sources });
    expect(said).toHaveLength(3);
    expect(existsSync(join(folder, 'cache/debian-i386-mesa/root'))).toBe(false);
  });

  it('has another id with other packages', async () => {
    fake(TOOLS);
    const { id } = await find();
    fake({ ...TOOLS, 'apt-get': TOOLS['apt-get'].replaceAll('1.6.0-1', '1.6.0-2') });
    expect((await find(true)).id).not.toBe(id);
  });

  it('is made again where its sources are not known', async () => {
    fake(TOOLS);
    await find();
    rmSync(join(folder, 'cache/debian-i386-mesa/sources.json'));
    expect((await find()).sources).toHaveLength(2);
    expect(said).toHaveLength(6);
  });

  it.each([
    [
      'apt knows no package',
      { 'apt-get': '[ "$1" = update ] || { echo "E: Unable to locate package libegl1" >&2; exit 100; }' },
      /^apt finds no packages for libgl1-mesa-dri, .*: Unable to locate package libegl1$/,
    ],
    [
      'apt cannot download one',
      { 'apt-get': `[ "$1" = download ] && { echo "E: no route" >&2; exit 100; }\n${TOOLS['apt-get']}` },
      /^apt cannot download libdrm2, libegl1: no route$/,
    ],
    [
      'mkfs.ext4 fails',
      { 'mkfs.ext4': 'echo "mkfs.ext4: no space left" >&2; exit 1' },
      /^mkfs.ext4 cannot make the disk: mkfs.ext4: no space left$/,
    ],
  ])('is not made, and nothing partial is used, where %s', async (_why, tools, message) => {
    fake({ ...TOOLS, ...tools });
    await expect(find()).rejects.toMatchObject({
      name: 'GuestError',
      message: expect.stringMatching(message) as string,
    });
    fake(TOOLS);
    await expect(find()).resolves.toBeDefined();
  });
});
