/**
 * Dawn (npm `webgpu`) in a process of its own: a driver that crashes takes no test runner along, and the Vulkan loader
 * reads LD_LIBRARY_PATH only when a process starts.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pack, unpack } from './messages.js';

const START_MS = 20_000;
const NULL_BACKEND = 'backend=null';

/** Deno, whose WebGPU is wgpu, instead of Node and Dawn. */
const DENO = process.env.CG_DENO;

/** Browsers that bring SwiftShader, a Vulkan driver on the CPU, and a Vulkan loader. */
const BROWSERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

class DawnProcess {
  #waiting = new Map();
  #process;
  #ended;
  #requests = 0;

  constructor(process, adapter) {
    this.#process = process;
    this.adapter = adapter;
    process.on('message', (message) => {
      const { id, answer, error } = unpack(message);
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error === undefined) {
        resolve?.(answer);
      } else {
        reject?.(new Error(`Dawn: ${error}`));
      }
    });
    process.once('exit', (code, signal) => {
      this.#ended = `Dawn's process ended with ${signal ?? code}`;
      this.#waiting.forEach(({ reject }) => reject(new Error(this.#ended)));
    });
  }

  request(name, request) {
    const id = this.#requests++;
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new Error(this.#ended));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.send(pack({ id, name, request }));
    });
  }

  kill() {
    this.#process.kill('SIGKILL');
  }
}

/** Dawn with an adapter, or the reason why there is none. */
async function start(program, args, environment) {
  const isDeno = DENO !== undefined && !args.includes(NULL_BACKEND);
  const child = fork(fileURLToPath(program), args, {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: environment,
    execArgv: isDeno ? ['run', '--allow-all', '--unstable-webgpu'] : [],
    ...(isDeno && { execPath: DENO }),
  });
  const { adapter, unavailable } = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ unavailable: 'it does not answer' }), START_MS);
    child.once('message', (message) => resolve(message));
    child.once('exit', (code, signal) => resolve({ unavailable: `it ends with ${signal ?? code}` }));
    child.once('error', ({ message }) => resolve({ unavailable: message }));
    child.once('message', () => clearTimeout(timer));
    child.once('exit', () => clearTimeout(timer));
  });
  if (adapter === undefined) {
    child.kill('SIGKILL');
    return unavailable ?? 'it does not say';
  }
  return new DawnProcess(child, { ...adapter, isReal: !args.includes(NULL_BACKEND) });
}

/**
 * Dawn on this machine's Vulkan driver, on Metal or Direct3D, else on the SwiftShader of an installed browser; and Dawn on
 * its null backend, which validates only. `program` calls `serve`.
 */
export async function startDawn(program) {
  const found = [await startDawnOnDriver(program), await start(program, [NULL_BACKEND], process.env)];
  return {
    processes: found.filter((dawn) => dawn instanceof DawnProcess),
    missing: found.filter((dawn) => typeof dawn === 'string'),
  };
}

/** The first of the two, or the reason why there is none. */
export async function startDawnOnDriver(program) {
  let found = await start(program, [], process.env);
  for (const folder of BROWSERS) {
    const driver = `${folder}/vk_swiftshader_icd.json`;
    if (typeof found === 'string' && existsSync(driver)) {
      found = await start(program, [], {
        ...process.env,
        LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
        VK_DRIVER_FILES: driver,
        VK_ICD_FILENAMES: driver,
      });
    }
  }
  return found;
}
