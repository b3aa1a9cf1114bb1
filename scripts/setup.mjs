/**
 * Brings a fresh clone to the point where the built packages can run: the pinned pnpm below the
 * repository, the locked dependencies, the build. Each step is skipped when nothing it reads has changed.
 * No dependencies: it runs before there are any. All messages go to standard error.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const tools = join(root, '.tools');
const pnpmHome = join(tools, 'pnpm');
const pnpmBin = join(pnpmHome, 'node_modules', '.bin');
const windows = process.platform === 'win32';
const workspaceFolders = ['packages', 'apps', 'tooling'];

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = manifest.packageManager.split('@')[1];

/** What every child runs with: turbo finds pnpm on PATH, and nothing phones home. */
export const environment = {
  ...process.env,
  PATH: [pnpmBin, join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/** Runs a command in the repository; a failure ends this process with one line and the command's own code. */
export function run(command, args, options = {}) {
  const settings = { cwd: root, env: environment, stdio: 'inherit', shell: windows, ...options };
  const result = spawnSync(command, args, settings);
  if (result.error) {
    console.error(`cg: cannot run ${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) {
    process.stderr.write(result.stdout ?? '');
    process.stderr.write(result.stderr ?? '');
    const why = result.signal ? ` (${result.signal})` : '';
    console.error(`cg: «${[command, ...args].join(' ')}» failed${why}`);
    process.exit(result.status ?? 1);
  }
}

/** Like `run`, but what the command prints is shown only if it fails. */
export function runQuietly(command, args) {
  run(command, args, { stdio: 'pipe', maxBuffer: 2 ** 28 });
}

/** Says what it does on standard error, which keeps standard output for results, and how long it took. */
function step(what, work) {
  console.error(`cg: ${what}`);
  const started = process.hrtime.bigint();
  work();
  console.error(`cg: … done in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
}

const toStandardError = { stdio: ['ignore', process.stderr, process.stderr] };

function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const found = process.versions.node.split('.').map(Number);
  const firstDifference = wanted.findIndex((part, i) => part !== found[i]);
  if (firstDifference >= 0 && found[firstDifference] < wanted[firstDifference]) {
    console.error(`cg: Node ${manifest.engines.node} is needed, this is ${process.versions.node}`);
    process.exit(1);
  }
}

function installPnpm() {
  const installed = join(pnpmHome, 'node_modules', 'pnpm', 'package.json');
  if (existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === pnpmVersion) {
    return;
  }
  mkdirSync(pnpmHome, { recursive: true });
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  step(`installing pnpm ${pnpmVersion} below .tools/ (once)`, () =>
    runQuietly('npm', ['install', '--prefix', pnpmHome, ...quiet, `pnpm@${pnpmVersion}`]),
  );
}

function workspacePackages() {
  return workspaceFolders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(root, folder, name))
      .filter((path) => existsSync(join(path, 'package.json'))),
  );
}

function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part).update('\0');
  }
  return hash.digest('hex');
}

function unchanged(stamp, value) {
  const path = join(tools, stamp);
  return existsSync(path) && readFileSync(path, 'utf8') === value;
}

function installDependencies() {
  const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(root, name));
  const state = digest(
    [...manifests, ...workspacePackages().map((path) => join(path, 'package.json'))].map((path) =>
      readFileSync(path),
    ),
  );
  if (existsSync(join(root, 'node_modules', '.bin')) && unchanged('installed', state)) {
    return;
  }
  rmSync(join(tools, 'built'), { force: true });
  step('installing the locked dependencies', () =>
    run(
      'pnpm',
      ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'],
      toStandardError,
    ),
  );
  writeFileSync(join(tools, 'installed'), state);
}

/** Path, size and time of every source file: enough to know that nothing was edited since the last build. */
function sourceState() {
  const parts = [];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        visit(path);
      } else {
        const { size, mtimeMs } = statSync(path);
        parts.push(`${path} ${size} ${mtimeMs}`);
      }
    }
  };
  for (const path of workspacePackages()) {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isFile() && /\.(json|js|ts)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(join(path, entry.name));
        parts.push(`${path}/${entry.name} ${size} ${mtimeMs}`);
      }
    }
    if (existsSync(join(path, 'src'))) {
      visit(join(path, 'src'));
      parts.push(`${path} built ${existsSync(join(path, 'dist'))}`);
    }
  }
  return digest(parts);
}

function build() {
  if (unchanged('built', sourceState())) {
    return;
  }
  step('building the packages (turbo builds only what changed)', () => runQuietly('turbo', ['run', 'build']));
  writeFileSync(join(tools, 'built'), sourceState());
}

export function setUp() {
  requireNode();
  installPnpm();
  installDependencies();
  build();
}
