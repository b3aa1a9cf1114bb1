import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Played, PlayRequest } from './play-to-mark.js';

/** Browsers that bring SwiftShader, a Vulkan driver on the CPU, and a Vulkan loader. */
const BROWSERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const START_MS = 30_000;

const NO_PACKAGE = '--renderer webgpu needs the package webgpu beside cg: npm install webgpu';
const NO_ADAPTER =
  '--renderer webgpu finds no GPU: install the Vulkan driver of a graphics card, or Chromium, which has one of its own';

/** What is played. */
export type GpuRequest = Omit<PlayRequest, 'renderer'> & { readonly recording: Uint8Array };

/** What the renderer says about a replay. */
interface GpuReport {
  /** What WebGPU cannot draw, and how often. */
  readonly omissions: readonly (readonly [string, number])[];
  readonly lostDevices: number;
  /** Errors of WebGPU: bugs of the renderer. */
  readonly errors: readonly string[];
}

/** A replay, perhaps on a GPU. */
export interface PlayedOnGpu extends Played {
  readonly gpu?: GpuReport & { readonly adapter: string };
}

/** What the process of a replay says: first whether it has an adapter, then what it has played. */
export type GpuMessage =
  | { readonly kind: 'adapter'; readonly name: string }
  | { readonly kind: 'no-package' }
  | { readonly kind: 'no-adapter'; readonly reason: string }
  | { readonly kind: 'played'; readonly played: Played; readonly report: GpuReport }
  | { readonly kind: 'refused'; readonly message: string };

/** Something that the user can mend: the package, the driver or the recording. Its message is a line. */
export class GpuPlayError extends Error {
  override readonly name = 'GpuPlayError';

  constructor(
    /** `recording` for one that is damaged. */
    readonly code: 'package' | 'adapter' | 'ended' | 'recording',
    message: string,
  ) {
    super(message);
  }
}

/**
 * `playToMark` on a GPU, by Dawn in a process of its own: a driver that crashes does not take `cg` along, and the
 * Vulkan loader reads its environment only when a process starts. The driver is the machine's, or else the SwiftShader
 * of an installed browser.
 * @throws GpuPlayError
 */
export async function playOnGpu(request: GpuRequest): Promise<PlayedOnGpu> {
  let reason = '';
  for (const environment of environments()) {
    const child = fork(processFile(), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: environment,
      execArgv: [],
    });
    try {
      const started = await nextMessage(child, START_MS);
      if (typeof started !== 'string' && started.kind === 'adapter') {
        return await played(child, started.name, request);
      }
      if (typeof started !== 'string' && started.kind === 'no-package') {
        throw new GpuPlayError('package', NO_PACKAGE);
      }
      reason ||= typeof started === 'string' ? started : 'reason' in started ? started.reason : '';
    } finally {
      // At once: a driver may crash where Dawn's objects are torn down one after another.
      child.kill('SIGKILL');
    }
  }
  throw new GpuPlayError('adapter', `${NO_ADAPTER} (${reason.split('\n', 1)[0]})`);
}

/** Environments of a process to try. */
function environments(): NodeJS.ProcessEnv[] {
  const ofBrowsers = BROWSERS.map((folder) => ({ folder, driver: join(folder, 'vk_swiftshader_icd.json') }))
    .filter(({ driver }) => existsSync(driver))
    .map(({ folder, driver }) => ({
      ...process.env,
      LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
    }));
  return [process.env, ...ofBrowsers];
}

/** The bundled program, from the bundled command. */
function processFile(): string {
  return fileURLToPath(new URL('../render/gpu-process.js', import.meta.url));
}

/** The next message of a process, or why there is none. */
function nextMessage(child: ChildProcess, timeout?: number): Promise<GpuMessage | string> {
  return new Promise((resolve) => {
    const timer = timeout && setTimeout(() => resolve('Dawn does not answer'), timeout);
    const end = (answer: GpuMessage | string): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once('message', (message: GpuMessage) => end(message));
    child.once('exit', (code, signal) => end(`Dawn ended with ${signal ?? code}`));
    child.once('error', ({ message }) => end(message));
  });
}

async function played(child: ChildProcess, adapter: string, request: GpuRequest): Promise<PlayedOnGpu> {
  child.send(request);
  const answer = await nextMessage(child);
  if (typeof answer === 'string') {
    throw new GpuPlayError('ended', `the driver of «${adapter}» failed: ${answer}`);
  }
  if (answer.kind === 'refused') {
    throw new GpuPlayError('recording', answer.message);
  }
  if (answer.kind !== 'played') {
    throw new Error(`unexpected ${answer.kind}`);
  }
  return { ...answer.played, gpu: { adapter, ...answer.report } };
}
