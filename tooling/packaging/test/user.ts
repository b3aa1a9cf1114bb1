import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { readTarball } from './tarball.js';
import { closure, published, root } from './workspace.js';

const windows = process.platform === 'win32';

/** No colours, and no Node options of the test runner. */
const { FORCE_COLOR: _color, NODE_OPTIONS: _options, ...inherited } = process.env;
const pinnedPnpm = join(root, '.tools', 'pnpm', 'node_modules', '.bin');
const environment = { ...inherited, NO_COLOR: '1', PATH: [pinnedPnpm, process.env.PATH].join(delimiter) };

/**
 * Runs a command to its end. @returns its output @throws Error with all its output if it fails
 */
function run(command: string, args: readonly string[], cwd: string): string {
  const shell = windows && command !== process.execPath;
  const result = spawnSync(command, args, { cwd, env: environment, encoding: 'utf8', shell });
  if (result.status !== 0) {
    const reason = result.error?.message ?? `${result.stdout}${result.stderr}`;
    throw new Error(`«${[command, ...args].join(' ')}» in ${cwd} failed:\n${reason}`);
  }
  return result.stdout;
}

function hasNoOutsideDependency(name: string): boolean {
  const { dependencies = {}, peerDependencies = {} } = published.get(name)?.manifest ?? {};
  return Object.keys({ ...dependencies, ...peerDependencies }).every((each) => published.has(each));
}

function unpack(tarball: string, folder: string): void {
  for (const [path, bytes] of readTarball(tarball)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** A user of the packed packages, with new projects outside the repository. */
export class User {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cg-packaging-'));
  readonly #tarballs = join(this.#folder, 'tarballs');

  /** Packs every published package, once. */
  constructor() {
    for (const [name, { folder }] of published) {
      if (!existsSync(join(folder, 'dist'))) {
        throw new Error(`${name} is not built: run «npm run build» first`);
      }
    }
    mkdirSync(this.#tarballs);
    const filters = [...published.keys()].flatMap((name) => ['--filter', name]);
    run('pnpm', ['--recursive', ...filters, 'pack', '--pack-destination', this.#tarballs], root);
  }

  /** The packed package. */
  tarball(name: string): string {
    const prefix = `${name.replace('@', '').replace('/', '-')}-`;
    const files = readdirSync(this.#tarballs).filter((file) => file.startsWith(prefix));
    const found = files.filter((file) => /^\d/.test(file.slice(prefix.length)));
    if (found.length !== 1) {
      throw new Error(`${found.length} tarballs of ${name} instead of one`);
    }
    return join(this.#tarballs, found[0]);
  }

  /** A new project with the packages and their dependencies installed. */
  install(...names: readonly string[]): Project {
    const folder = mkdtempSync(join(this.#folder, 'project-'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const needed = [...new Set(names.flatMap((name) => [...closure(name)]))];
    if (needed.every((name) => hasNoOutsideDependency(name))) {
      // The same as npm install, in a hundredth of the time.
      needed.forEach((name) => unpack(this.tarball(name), join(folder, 'node_modules', name)));
    } else {
      const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
      const tarballs = needed.map((name) => this.tarball(name));
      run('npm', ['install', '--prefix', folder, ...quietly, ...tarballs], folder);
    }
    return new Project(folder);
  }

  /** Removes all projects. */
  leave(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A project outside of the repository. */
export class Project {
  constructor(readonly folder: string) {}

  /** Runs a module with plain Node. @returns its output */
  runModule(code: string): string {
    writeFileSync(join(this.folder, 'example.mjs'), code);
    return run(process.execPath, ['example.mjs'], this.folder);
  }

  /** Runs a program of an installed package, in the repository. @returns its output */
  runProgram(name: string, args: readonly string[]): string {
    return run(join(this.folder, 'node_modules', '.bin', windows ? `${name}.cmd` : name), args, root);
  }
}
