import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TextureWrite, WebGpuTexture } from '../../src/index.js';

const PROGRAM = fileURLToPath(new URL('dawn-process.mjs', import.meta.url));
const START_MS = 20_000;
const NULL_BACKEND = 'backend=null';

/** Browsers that bring SwiftShader, a Vulkan driver on the CPU, and a Vulkan loader. */
const BROWSERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/** What Dawn runs on. */
export interface DawnAdapter {
  readonly name: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** False on the null backend: what it copies out of a texture is not what was written. */
  readonly holdsTexels: boolean;
}

/** A texture to make, what to write to it, and how large its blocks are. */
export interface DawnRequest {
  readonly descriptor: WebGpuTexture['descriptor'];
  /** Those of the device that is used. */
  readonly features: readonly string[];
  readonly writes: readonly TextureWrite[];
  readonly backing: Uint8Array;
  readonly blockBytes: number;
  readonly blockSide: number;
}

interface Answer {
  readonly id?: number;
  readonly adapter?: Omit<DawnAdapter, 'holdsTexels'>;
  readonly unavailable?: string;
  readonly levels?: readonly Uint8Array[];
  readonly error?: string;
}

/** A process that runs Dawn. It is ended by `kill`. */
export class DawnProcess {
  readonly #waiting = new Map<
    number,
    { resolve: (levels: readonly Uint8Array[]) => void; reject: (error: Error) => void }
  >();
  readonly #process: ChildProcess;
  #ended: string | undefined;
  #requests = 0;

  private constructor(
    process: ChildProcess,
    readonly adapter: DawnAdapter,
  ) {
    this.#process = process;
    process.on('message', ({ id = -1, levels, error }: Answer) => {
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (levels === undefined) {
        reject?.(new Error(`Dawn: ${error}`));
      } else {
        resolve?.(levels);
      }
    });
    process.once('exit', (code, signal) => {
      this.#ended = `Dawn's process ended with ${signal ?? code}`;
      this.#waiting.forEach(({ reject }) => reject(new Error(this.#ended)));
    });
  }

  /** Dawn with an adapter, or the reason why there is none. */
  static async start(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<DawnProcess | string> {
    const child = fork(PROGRAM, args, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: environment,
      execArgv: [],
    });
    const answer = await new Promise<Answer>((resolve) => {
      const timer = setTimeout(() => resolve({ unavailable: 'it does not answer' }), START_MS);
      child.once('message', (message: Answer) => resolve(message));
      child.once('exit', (code, signal) => resolve({ unavailable: `it ends with ${signal ?? code}` }));
      child.once('error', ({ message }) => resolve({ unavailable: message }));
      child.once('message', () => clearTimeout(timer));
      child.once('exit', () => clearTimeout(timer));
    });
    if (answer.adapter === undefined) {
      child.kill('SIGKILL');
      return answer.unavailable ?? 'it does not say';
    }
    return new DawnProcess(child, { ...answer.adapter, holdsTexels: !args.includes(NULL_BACKEND) });
  }

  /**
   * Makes a texture and writes to it.
   * @returns the bytes of each mip, rows of blocks without padding
   * @throws Error with the validation error of Dawn
   */
  upload(request: DawnRequest): Promise<readonly Uint8Array[]> {
    const id = this.#requests++;
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new Error(this.#ended));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, ...request });
    });
  }

  /** At once: Dawn may crash where its objects are torn down one after another. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Dawn's processes, and why there are not two. */
export interface DawnFound {
  /** One with a driver, and one on the null backend, which has every feature but keeps no texels. */
  readonly processes: readonly DawnProcess[];
  readonly missing: readonly string[];
}

/**
 * Dawn on this machine's Vulkan driver, on Metal or Direct3D, else on the SwiftShader of an installed
 * browser; and Dawn on its null backend, which validates only.
 */
export async function startDawn(): Promise<DawnFound> {
  const found = [await startOnDriver(), await DawnProcess.start([NULL_BACKEND], process.env)];
  return {
    processes: found.filter((dawn) => dawn instanceof DawnProcess),
    missing: found.filter((dawn) => typeof dawn === 'string'),
  };
}

async function startOnDriver(): Promise<DawnProcess | string> {
  let found = await DawnProcess.start([], process.env);
  for (const folder of BROWSERS) {
    const driver = `${folder}/vk_swiftshader_icd.json`;
    if (typeof found === 'string' && existsSync(driver)) {
      found = await DawnProcess.start([], {
        ...process.env,
        LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
        VK_DRIVER_FILES: driver,
        VK_ICD_FILENAMES: driver,
      });
    }
  }
  return found;
}
