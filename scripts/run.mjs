/** `npm start`, `npm test` and the other tasks: sets the repository up, then runs the named task. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { environment, root, run, runQuietly, setUp } from './setup.mjs';
import { release } from './release.mjs';
import { soak } from './soak.mjs';

const [task, ...args] = process.argv.slice(2);
const cli = join(root, 'apps', 'cli', 'dist', 'main.cjs');
const bench = join(root, 'apps', 'bench', 'dist', 'main.js');

/**
 * Runs a built program in the user's working directory, and exits with its exit code. The program handles signals: a
 * terminal sends it Ctrl-C as well, and SIGTERM is forwarded.
 */
function hand(program, programArgs) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const child = spawn(process.execPath, [program, ...programArgs], { cwd, stdio: 'inherit' });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`cg: cannot run ${program}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

const tasks = {
  start() {
    console.error('cg: replaying a recorded program through the whole stack');
    hand(cli, ['replay', join(root, 'traces', 'window-drag.cgtrace.gz'), ...args]);
  },
  test: () => run('vitest', ['run', ...args]),
  golden() {
    const folder = process.env.CG_GOLDEN;
    const from = process.env.INIT_CWD ?? process.cwd();
    run(
      'vitest',
      ['run', 'golden.test', ...args],
      folder ? { env: { ...environment, CG_GOLDEN: resolve(from, folder) } } : {},
    );
  },
  soak: () => soak(args),
  /** The parts of `soak` for changes of the device. */
  fuzz: () => soak([...args, 'device', 'work']),
  release: () => release(args),
  cg: () => hand(cli, args),
  bench: () => hand(bench, args),
  desktop: () => hand(join(root, 'apps', 'desktop', 'start.mjs'), args),
  build() {},
  format: () => run('prettier', ['--write', '--log-level=warn', '.']),
  lint() {
    run('prettier', ['--check', '--log-level=warn', '.']);
    run('oxlint', ['--deny-warnings']);
    run('node', ['tooling/lint/floors.mjs']);
    run('knip', ['--no-progress']);
    console.error('cg: prettier, oxlint, house rules and knip: no findings');
  },
  check() {
    tasks.lint();
    runQuietly('turbo', ['run', 'typecheck', 'check:package', '--output-logs=errors-only']);
    console.error('cg: types, publint and attw: no findings');
    run('vitest', ['run', '--config', 'tooling/packaging/vitest.config.ts']);
  },
};

if (!Object.hasOwn(tasks, task)) {
  console.error(`cg: no task «${task}»; there are ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
await setUp();
tasks[task]();
