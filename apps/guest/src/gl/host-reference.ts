import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { arch, getuid } from 'node:process';
import { promisify } from 'node:util';
import { PIGLIT_DISK, PIGLIT_FOLDER } from '../boot/disk-content.js';
import { findPackageRoot, type Architecture, type RootOptions } from '../boot/package-root.js';
import { GuestError } from '../guest-error.js';
import { MESA_ENVIRONMENT } from './guest-line.js';
import {
  LLVMPIPE,
  PIGLIT_ENVIRONMENT,
  piglitResult,
  ReferenceResults,
  type PiglitResult,
} from './piglit-tests.js';
import type { GuestCommand } from './run-program.js';

const execute = promisify(execFile);

/** Debian's architectures, by Node's names. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { name: 'amd64', triplet: 'x86_64-linux-gnu' },
  arm64: { name: 'arm64', triplet: 'aarch64-linux-gnu' },
};

/** Some tests print a line for every pixel. */
const MOST_OUTPUT_BYTES = 2 ** 28;

/**
 * The packages of the guest's piglit for this machine's own architecture, in a folder that is the root of its
 * programs: the same versions of Mesa and piglit without the emulator.
 */
export class HostReference {
  readonly #root: string;
  readonly #results: ReferenceResults;

  private constructor(root: string, results: ReferenceResults) {
    this.#root = root;
    this.#results = results;
  }

  /** @throws GuestError where apt has no packages, or programs cannot have a root of their own */
  static async find(options: Omit<RootOptions, 'content'>): Promise<HostReference> {
    const architecture = ARCHITECTURES[arch];
    if (architecture === undefined) {
      throw new GuestError(
        `there are no packages for ${arch}`,
        '--reference guest runs llvmpipe in the guest',
      );
    }
    await checkUnshare();
    const { path, id } = await findPackageRoot(
      { ...options, content: PIGLIT_DISK },
      architecture,
      'root',
      async (folder) => linkPiglit(join(folder, 'root'), architecture),
    );
    return new HostReference(path, new ReferenceResults(options.cache, id));
  }

  /** The result of a test, which runs once. @param seconds after which it is killed */
  async resultOf({ name, words }: GuestCommand, seconds: number): Promise<PiglitResult> {
    const known = this.#results.get(name);
    if (known !== undefined) {
      return known;
    }
    const result = await runInRoot(this.#root, words, seconds);
    this.#results.set(name, result);
    return result;
  }
}

/** Piglit is where the guest has it, too: the commands are the same. */
async function linkPiglit(root: string, { triplet }: Architecture): Promise<void> {
  const link = join(root, PIGLIT_FOLDER);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(relative(dirname(link), join(root, 'usr/lib', triplet, 'piglit')), link);
}

/** Only root may change the root of a program, or who is root in a namespace of users. */
const OWN_ROOT = getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

async function checkUnshare(): Promise<void> {
  try {
    await execute('unshare', [...OWN_ROOT, '--root=/', 'true']);
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string; stderr?: string };
    const reason = code === 'ENOENT' ? 'it is not installed' : stderr.trim().split('\n').at(-1);
    throw new GuestError(`unshare does not work here: ${reason}`, '--reference guest does without it');
  }
}

async function runInRoot(root: string, words: readonly string[], seconds: number): Promise<PiglitResult> {
  const env = {
    PATH: process.env.PATH,
    ...MESA_ENVIRONMENT,
    ...PIGLIT_ENVIRONMENT,
    ...LLVMPIPE,
    LD_LIBRARY_PATH: `${PIGLIT_FOLDER}/lib`,
  };
  const options = {
    env,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_OUTPUT_BYTES,
  } as const;
  try {
    const { stdout } = await execute('unshare', [...OWN_ROOT, `--root=${root}`, ...words], options);
    return piglitResult(stdout, 0);
  } catch (error) {
    const {
      code,
      signal,
      killed,
      stdout = '',
    } = error as {
      code?: number | string | null;
      signal?: NodeJS.Signals | null;
      killed?: boolean;
      stdout?: string;
    };
    if (typeof code === 'string') {
      throw error;
    }
    return piglitResult(stdout, killed ? null : signal ? 128 + constants.signals[signal] : (code ?? 0));
  }
}
