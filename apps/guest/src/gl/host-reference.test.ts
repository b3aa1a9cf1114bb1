import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch } from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms } from '../boot/fake-programs.fixture.js';
import { PIGLIT_FOLDER } from '../boot/disk-content.js';
import { HostReference } from './host-reference.js';
import { piglitCommand } from './piglit-tests.js';

let folder: string;

const fake = (scripts: Readonly<Record<string, string>>): void => fakePrograms(folder, scripts);

const TOOLS = {
  'apt-get': `case "$*" in *print-uris*)
  echo "'http://mirror/libegl1_1.6.0-1_amd64.deb' libegl1_1.6.0-1_amd64.deb 34800 SHA256:0";;
esac
[ "$1" = download ] && shift && for name; do touch $name.deb; done; true`,
  'apt-cache': "printf 'Package: libegl1\\nVersion: 1.6.0-1\\nSource: libglvnd\\n'",
  'dpkg-deb': '[ "$1" != -x ] || mkdir -p $3/usr/lib/x86_64-linux-gnu/dri',
  tar: 'cat > /dev/null',
  // Tests run as `unshare … --root=ROOT PROGRAM ARGUMENTS`.
  unshare: `echo "$LIBGL_ALWAYS_SOFTWARE $*" >> "\${0%/*}/started"
case "$*" in
*fails*) echo 'PIGLIT: {"result": "fail" }'; exit 1;;
*aborts*) kill -ABRT $$;;
*hangs*) exec sleep 60;;
*) echo 'PIGLIT: {"result": "pass" }';;
esac`,
};

const find = async (): Promise<HostReference> => {
  const cache = join(folder, 'cache');
  return HostReference.find({ cache, refresh: false, say: () => {} });
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-reference-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform !== 'linux' || arch !== 'x64')('llvmpipe on this machine', () => {
  it('runs a test in a root of its own, once, and has its result', async () => {
    fake(TOOLS);
    const reference = await find();
    await expect(reference.resultOf(piglitCommand('passes 1'), 9)).resolves.toBe('pass');
    await expect(reference.resultOf(piglitCommand('fails'), 9)).resolves.toBe('fail');
    await expect(reference.resultOf(piglitCommand('aborts'), 9)).resolves.toBe('crash');
    await expect(reference.resultOf(piglitCommand('hangs'), 1)).resolves.toBe('timeout');
    const root = join(folder, 'cache/debian-amd64-piglit/root');
    expect(lstatSync(join(root, PIGLIT_FOLDER)).isSymbolicLink()).toBe(true);
    fake({ unshare: 'exit 0' });
    await expect((await find()).resultOf(piglitCommand('passes 1'), 9)).resolves.toBe('pass');
  });

  it('has the words of the guest’s tests, and Mesa’s driver for the CPU', async () => {
    fake(TOOLS);
    await (await find()).resultOf(piglitCommand('passes 1'), 9);
    const last = readFileSync(join(folder, 'bin/started'), 'utf8').trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^true .*--root=\S+\/root \S+\/piglit\/bin\/passes 1 -auto -fbo$/);
  });

  it('is said to be impossible where a program cannot have a root of its own', async () => {
    fake({ ...TOOLS, unshare: 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1' });
    await expect(find()).rejects.toMatchObject({
      name: 'GuestError',
      message: 'unshare does not work here: unshare: unshare failed: Operation not permitted',
    });
  });
});
