/**
 * Compiles the guest's programs for i386 Linux: `node src/gl/build.mjs` in apps/guest writes programs/gltest and
 * programs/fork-server. It needs gcc with -m32, and apt, from which it takes Debian's headers and libraries for i386;
 * nothing is installed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs, whose sources are in folders of their names, and what they are linked with. */
const LINKED = {
  gltest: ['-lEGL', '-lOpenGL', '-l:libm.so.6'],
  'fork-server': ['-rdynamic'],
};

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
function findSysroot() {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cg', 'guest', 'i386-sysroot');
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    for (const name of ['lists/partial', 'archives/partial', 'packages']) {
      mkdirSync(join(partial, 'apt', name), { recursive: true });
    }
    const apt = join(partial, 'apt');
    writeFileSync(join(apt, 'status'), '');
    const settings = ['APT::Architecture "i386"', 'APT::Architectures { "i386"; }', 'Debug::NoLocking "1"'];
    settings.push(
      'APT::Sandbox::User "root"',
      `Dir::State "${apt}"`,
      `Dir::State::status "${join(apt, 'status')}"`,
      `Dir::Cache "${apt}"`,
    );
    writeFileSync(join(apt, 'conf'), settings.map((line) => `${line};\n`).join(''));
    const options = { cwd: join(apt, 'packages'), env: { ...process.env, APT_CONFIG: join(apt, 'conf') } };
    // A mirror that cannot be reached may not be the one that is needed.
    spawnSync('apt-get', ['update'], options);
    const install = ['-y', '-qq', '--no-install-recommends', '--print-uris', 'install', ...PACKAGES];
    const printed = execFileSync('apt-get', install, { ...options, encoding: 'utf8' });
    const names = [...printed.matchAll(/^'\S+' (\S+?)_/gm)].map(([, name]) => name);
    execFileSync('apt-get', ['download', ...names], options);
    for (const archive of readdirSync(options.cwd)) {
      execFileSync('dpkg-deb', ['-x', join(options.cwd, archive), partial]);
    }
    rmSync(apt, { recursive: true });
    renameSync(partial, folder);
  }
  return folder;
}

function compile(program) {
  const source = sourceOf(program);
  const output = fileURLToPath(new URL(`../../programs/${program}`, import.meta.url));
  const root = findSysroot();
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
  mkdirSync(fileURLToPath(new URL('../../programs/', import.meta.url)), { recursive: true });
  Object.keys(LINKED).forEach(compile);
}
