/**
 * `npm run soak`: runs randomised tests for long, from a new seed. To add a part, add a row to `parts`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, root } from './setup.mjs';

const cli = join(root, 'apps', 'cli', 'dist', 'main.cjs');

/** A test that reads `CG_SOAK_SEED` and `CG_SOAK_SECONDS`. */
const test = (file) => () => ['vitest', ['run', file]];

/** Endless random litmus programs: SIGINT ends them when their time is over. */
function litmus({ seed }) {
  const programs = ['--random', String(2 ** 31), '--seed', String(seed), '--jobs', '2'];
  return ['node', [cli, 'litmus', ...programs]];
}

/**
 * What there is: its name, what it looks for, and the command for a seed and so many seconds. One without `seeded`
 * does the same each time, and takes as long as it takes. One with `endless` is sent SIGINT when its time is over,
 * and then exits with 130.
 */
const parts = [
  {
    name: 'device',
    about: 'hostile guests against the SVGA device',
    seeded: true,
    command: test('packages/svga-device/src/fuzz.test.ts'),
  },
  {
    name: 'work',
    about: 'seconds for each unit of charged work; hostile guests that favour the dearest commands',
    seeded: true,
    command: test('packages/svga-device/src/work.soak.test.ts'),
  },
  {
    name: 'late',
    about: 'a renderer that answers late, a device that takes time: all comes out as at once',
    seeded: true,
    command: test('packages/svga-device/src/renderer/renderer.test.ts'),
  },
  {
    name: 'streams',
    about: 'damaged command streams against the decoder',
    seeded: true,
    command: test('packages/svga-protocol/src/stream/command-fuzz.test.ts'),
  },
  {
    name: 'shaders',
    about: 'hostile shader tokens and texts against the decoder, the parser and the interpreter',
    seeded: true,
    command: test('packages/vgpu10/test/hostile.test.ts'),
  },
  {
    name: 'round-trip',
    about: 'random shader programs: encoded, decoded, printed and parsed they stay the same',
    seeded: true,
    command: test('packages/vgpu10/test/round-trip.test.ts'),
  },
  {
    name: 'tables',
    about: "random page tables, and a Debian kernel's, in QEMU against its info tlb, where it is installed",
    seeded: true,
    command: test('packages/pagewalk/src/image/qemu.soak.test.ts'),
  },
  {
    name: 'operands',
    about: 'litmus programs with operands that cannot be: refused, or run without a crash',
    seeded: true,
    command: test('packages/litmus/src/explore/any-operands.test.ts'),
  },
  {
    name: 'soft',
    about: 'hostile states, meshes and the contract of renderers on the rasteriser',
    seeded: true,
    command: test('packages/svga-soft/test/'),
  },
  {
    name: 'webgpu',
    about: 'hostile states on the renderer for WebGPU, on Dawn where it finds a driver',
    seeded: true,
    command: test('packages/svga-webgpu/test/dawn.check.test.ts'),
  },
  {
    name: 'renderers',
    about:
      'random states and meshes on the renderer for WebGPU, on Dawn where it finds a driver, and the rasteriser',
    seeded: true,
    command: test('packages/machine/test/renderers.test.ts'),
  },
  {
    name: 'wgsl',
    about: 'random programs in WGSL on Dawn, where it finds a driver, against the interpreter',
    seeded: true,
    command: test('packages/vgpu10-wgsl/test/programs.test.ts'),
  },
  {
    name: 'gpu',
    about:
      'each instruction, texture, format and topology in WGSL on Dawn against the interpreter and models',
    seeded: true,
    command: test('packages/vgpu10-wgsl/test/'),
  },
  {
    name: 'translate',
    about: 'damaged shaders against the translation to WGSL',
    seeded: true,
    command: test('packages/vgpu10-wgsl/src/translate.test.ts'),
  },
  {
    name: 'litmus',
    about: 'random litmus programs, two jobs: every byte checked',
    seeded: true,
    command: litmus,
    endless: true,
  },
  {
    name: 'exhaustive',
    about: 'all litmus programs of up to three steps of the alphabet',
    command: () => ['node', [cli, 'litmus', '--exhaustive', '3', '--jobs', '2']],
  },
  {
    name: 'races',
    about: 'every step of another CPU at every preemption point of every operation',
    command: () => ['node', [cli, 'litmus', '--races', '--jobs', '2']],
  },
  {
    name: 'mutations',
    about: 'breaks of the driver, each of which litmus files or 2,000 random programs find',
    seeded: true,
    command: ({ seed }) => ['node', [join(root, 'tooling', 'mutations', 'run.mjs'), '--seed', String(seed)]],
  },
  {
    name: 'mesa',
    about:
      "OpenGL programs on Mesa in a Linux guest, which cg guest --gl has made: llvmpipe's pictures; killed, " +
      'restored, or without their GPU in the middle',
    command: test('apps/guest/test/gl.soak.test.ts'),
  },
  {
    name: 'screen',
    about:
      'kmscube, glmark2 and X in a Linux guest, which cg guest --x has made: killed, restored and recorded',
    command: test('apps/guest/test/screen.soak.test.ts'),
  },
  {
    name: 'cost',
    about:
      'what coherent memory costs OpenGL programs; WebGPU against llvmpipe; the first program from a state',
    command: test('apps/guest/test/cost.soak.test.ts'),
  },
  {
    name: 'bench',
    about: 'every row of the benchmarks, whose contenders check their results',
    command: test('apps/bench/src/rows/suite.test.ts'),
  },
];

const SECONDS = 60;
const MOST_SEED = 2 ** 31 - 1;

const usage = `usage: npm run soak -- [--seconds <number>] [--seed <whole number>] [part…]

--seconds is for each part that takes a seed, ${SECONDS} if left out; --seed is from the clock if left out.

${parts.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}`;

function parse(args) {
  const options = {
    seconds: { type: 'string', default: String(SECONDS) },
    seed: { type: 'string', default: String(Date.now() % MOST_SEED) },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
    const unknown = positionals.find((wanted) => parts.every(({ name }) => name !== wanted));
    const isRight = seconds > 0 && Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED;
    if (unknown === undefined && isRight) {
      return { help: values.help, seconds, seed, names: positionals };
    }
    console.error(
      unknown === undefined ? 'cg: --seconds or --seed is no such number' : `cg: no part «${unknown}»`,
    );
  } catch (error) {
    console.error(`cg: ${error.message}`);
  }
  console.error(usage);
  process.exit(2);
}

/** Runs the parts, each to its end, and exits with 1 if one of them has failed. */
export function soak(args) {
  const { help, seconds, seed, names } = parse(args);
  if (help) {
    console.log(usage);
    return;
  }
  const chosen = parts.filter(({ name }) => names.length === 0 || names.includes(name));
  const variables = { CG_SOAK_SECONDS: String(seconds), CG_SOAK_SEED: String(seed) };
  console.error(`cg: soak, seed ${seed}, ${seconds} s for each part that takes one`);
  const failed = chosen.filter(({ name, about, seeded, command, endless = false }) => {
    console.error(`\ncg: ${name}: ${about}`);
    const [program, programArgs] = command({ seed, seconds });
    const settings = { cwd: root, env: { ...environment, ...variables }, stdio: 'inherit' };
    const end = endless ? { timeout: 1000 * seconds, killSignal: 'SIGINT' } : {};
    const { status, signal, error } = spawnSync(program, programArgs, { ...settings, ...end });
    if (status === 0 || (endless && status === 130)) {
      return false;
    }
    const why = error?.message ?? signal ?? `exit code ${status}`;
    const again = `npm run soak --${seeded ? ` --seed ${seed} --seconds ${seconds}` : ''} ${name}`;
    console.error(`cg: ${name} failed (${why}); again: ${again}`);
    return true;
  });
  console.error(
    failed.length === 0
      ? `\ncg: seed ${seed}: ${chosen.map(({ name }) => name).join(', ')} found nothing`
      : `\ncg: seed ${seed}: ${failed.map(({ name }) => name).join(', ')} failed`,
  );
  process.exit(failed.length === 0 ? 0 : 1);
}
