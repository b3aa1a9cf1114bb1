/**
 * Compiles the guest's programs for i386 Linux: `node native/build.mjs` in apps/guest writes programs/gltest and
 * programs/fork-server. It needs gcc with -m32, and apt, from which it takes Debian's headers and libraries for i386;
 * nothing is installed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForNode } from '@cg/dawn/bundle';

/** Programs, whose sources are in folders of their names, and what they are linked with. */
const LINKED = {
  gltest: ['-lEGL', '-lOpenGL', '-l:libm.so.6'],
  'fork-server': ['-rdynamic'],
};

const APT_PACKAGES = new URL('../src/boot/apt-packages.ts', import.meta.url);
const PACKAGES = ['libc6-dev', 'libgcc-12-dev', 'libegl-dev', 'libgl-dev', 'libopengl-dev'];

const sourceOf = (name) => fileURLToPath(new URL(`${name}/`, import.meta.url));

/** A hash of a program's source. It is in the binary, after the word «source». */
export function sourceHash(program) {
  const source = sourceOf(program);
  const hash = createHash('sha256');
  for (const name of readdirSync(source)
    .filter((one) => /\.[ch]$/.test(one))
    .toSorted()) {
    hash.update(`${name}\n`).update(readFileSync(join(source, name)));
  }
  return hash.digest('hex');
}

/** @returns a folder with headers and libraries for i386 */
async function findSysroot() {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cg', 'guest', 'i386-sysroot');
  if (!existsSync(folder)) {
    const { AptPackages } = await import((await bundleForNode(APT_PACKAGES)).href);
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    const apt = new AptPackages(join(partial, 'apt'), 'i386', 'Debian 12 has the libraries of gltest');
    await apt.update();
    const archives = await apt.archivesFor(PACKAGES);
    const names = archives.map(({ name }) => name);
    await apt.unpack(names, partial);
    rmSync(join(partial, 'apt'), { recursive: true });
    renameSync(partial, folder);
  }
  return folder;
}

async function compile(program) {
  const source = sourceOf(program);
  const output = fileURLToPath(new URL(`../programs/${program}`, import.meta.url));
  const root = await findSysroot();
  const include = execFileSync('gcc', ['-print-file-name=include'], { encoding: 'utf8' }).trim();
  const libraries = ['usr/lib/i386-linux-gnu', 'lib/i386-linux-gnu', 'usr/lib/gcc/i686-linux-gnu/12'];
  const folders = libraries.flatMap((name) => [`-B${join(root, name)}/`, `-L${join(root, name)}`]);
  const headers = [include, join(root, 'usr/include/i386-linux-gnu'), join(root, 'usr/include')];
  const files = readdirSync(source)
    .filter((name) => name.endsWith('.c'))
    .toSorted();
  const language = ['-m32', '-march=i686', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
  const where = [
    `--sysroot=${root}`,
    '-nostdinc',
    ...headers.flatMap((one) => ['-isystem', one]),
    ...folders,
  ];
  const result = [`-DSOURCE_HASH="${sourceHash(program)}"`, '-s', '-Wl,--build-id=none', '-o', output];
  execFileSync('gcc', [...language, ...where, ...result, ...files, ...LINKED[program]], {
    cwd: source,
    stdio: 'inherit',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(fileURLToPath(new URL('../programs/', import.meta.url)), { recursive: true });
  for (const program of Object.keys(LINKED)) {
    await compile(program);
  }
}
