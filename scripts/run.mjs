/** `npm start`, `npm test` and their relatives: set the repository up, then do the named task. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, root, run, runQuietly, setUp } from './setup.mjs';

const [task, ...args] = process.argv.slice(2);
const cli = join(root, 'apps', 'cli', 'dist', 'main.js');
const bench = join(root, 'apps', 'bench', 'dist', 'main.js');

/** Runs a built program in the folder the user called npm from, and ends with its exit code. */
function hand(program, programArgs) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const result = spawnSync(process.execPath, [program, ...programArgs], { cwd, stdio: 'inherit' });
  process.exit(result.status ?? 1);
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
  /** `npm run fuzz -- --seconds 600 --seed 7`: hostile guests against the device; a failure names its seed. */
  fuzz() {
    const options = { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } };
    const { values, positionals } = parseArgs({ args, options, strict: false, allowPositionals: true });
    const { seconds, seed, ...unknown } = values;
    const isKnown = positionals.length === 0 && Object.keys(unknown).length === 0;
    if (!isKnown || !(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
      console.error('cg: usage: npm run fuzz -- [--seconds <number>] [--seed <whole number>]');
      process.exit(2);
    }
    const variables = { CG_FUZZ_SECONDS: seconds, CG_FUZZ_SEED: seed };
    run('vitest', ['run', '--project', 'svga-device', 'src/fuzz.test.ts', 'src/work.soak.test.ts'], {
      env: { ...environment, ...variables },
    });
  },
  cg: () => hand(cli, args),
  bench: () => hand(bench, args),
  build() {},
  format: () => run('prettier', ['--write', '--log-level=warn', '.']),
  lint() {
    run('prettier', ['--check', '--log-level=warn', '.']);
    run('oxlint', ['--deny-warnings']);
    run('node', ['tooling/lint/floors.mjs']);
    run('knip', ['--no-progress']);
    console.error('cg: prettier, oxlint, the house and knip have nothing to say');
  },
  check() {
    tasks.lint();
    runQuietly('turbo', ['run', 'typecheck', 'check:package', '--output-logs=errors-only']);
    console.error('cg: types, publint and attw have nothing to say');
  },
};

if (!Object.hasOwn(tasks, task)) {
  console.error(`cg: no task «${task}»; there are ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
setUp();
tasks[task]();
