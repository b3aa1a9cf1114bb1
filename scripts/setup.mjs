/**
 * Sets up a clone: installs the pinned pnpm below the repository and the locked dependencies, and builds. Steps that
 * are up to date are skipped. It has no dependencies, because it runs before any are installed. All messages go to
 * standard error.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const tools = join(root, '.tools');
const pnpmHome = join(tools, 'pnpm');
const pnpmBin = join(pnpmHome, 'node_modules', '.bin');
const windows = process.platform === 'win32';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = manifest.packageManager.split('@')[1];

/** The environment of every child: turbo finds pnpm on PATH, and telemetry is off. */
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

/** Like `run`, but shows the command's output only if it fails. */
export function runQuietly(command, args) {
  run(command, args, { stdio: 'pipe', maxBuffer: 2 ** 28 });
}

/** Reports a step and its time on standard error, which keeps standard output for results. */
function step(what, work) {
  console.error(`cg: ${what}`);
  const started = process.hrtime.bigint();
  work();
  console.error(`cg: … done in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
}

export const toStandardError = { stdio: ['ignore', process.stderr, process.stderr] };

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

/** The lock file of the last install: pnpm needs half a second to check that itself. */
function installDependencies() {
  const installed = join(tools, 'pnpm-lock.yaml');
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  if (
    existsSync(join(root, 'node_modules')) &&
    existsSync(installed) &&
    readFileSync(installed, 'utf8') === lock
  ) {
    return;
  }
  step('installing the locked dependencies', () =>
    run(
      'pnpm',
      ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'],
      toStandardError,
    ),
  );
  writeFileSync(installed, lock);
}

/** Turbo builds what has changed, and needs less than a second if nothing has: only a longer build is reported. */
async function build() {
  const started = Date.now();
  const slow = setTimeout(() => console.error('cg: building the packages that changed'), 2000);
  const child = spawn('turbo', ['run', 'build'], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
  });
  const output = [];
  child.stdout.on('data', (piece) => output.push(piece));
  child.stderr.on('data', (piece) => output.push(piece));
  const code = await once(child, 'close').then(
    ([status]) => status,
    (error) => output.push(Buffer.from(`cg: cannot run turbo: ${error.message}\n`)),
  );
  clearTimeout(slow);
  if (code !== 0) {
    process.stderr.write(Buffer.concat(output));
    console.error('cg: «turbo run build» failed');
    process.exit(1);
  }
  if (Date.now() - started > 2000) {
    console.error(`cg: … done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}

export async function setUp() {
  requireNode();
  installPnpm();
  installDependencies();
  await build();
}
