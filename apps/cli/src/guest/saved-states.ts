import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { SvgaDeviceOptions } from '@cg/svga-device';
import type { BootImages, GuestState } from './emulated-guest.js';

/** States that are kept: each takes some 60 MB. */
const MOST_STATES = 8;

/** States of guests whose driver is loaded, in the cache folder, by what they were booted from. */
export class SavedStates {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'states');
  }

  /** Names a state by all that decides what it is. */
  keyFor({ files, initramfs }: BootImages, memoryMib: number, device: SvgaDeviceOptions): string {
    const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };
    const hash = createHash('sha256')
      .update(JSON.stringify({ version, memoryMib, device }))
      .update(initramfs);
    for (const path of [files.kernel, files.bios, files.vgaBios]) {
      hash.update(readFileSync(path));
    }
    return hash.digest('hex').slice(0, 16);
  }

  /** @returns undefined where there is none that can be read */
  load(key: string): GuestState | undefined {
    const folder = join(this.#folder, key);
    try {
      const agent: unknown = JSON.parse(readFileSync(join(folder, 'agent.json'), 'utf8'));
      const emulator = new Uint8Array(readFileSync(join(folder, 'emulator.state'))).buffer;
      const device = readFileSync(join(folder, 'device.snapshot'));
      return isAgent(agent) ? { emulator, device, agent } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a state, and of those before it the newest. */
  store(key: string, { emulator, device, agent }: GuestState): void {
    const folder = join(this.#folder, key);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'emulator.state'), new Uint8Array(emulator));
    writeFileSync(join(folder, 'device.snapshot'), device);
    writeFileSync(join(folder, 'agent.json.partial'), JSON.stringify(agent));
    // What is there last makes it valid.
    renameSync(join(folder, 'agent.json.partial'), join(folder, 'agent.json'));
    this.#removeOldest();
  }

  #removeOldest(): void {
    const age = (key: string): number => statSync(join(this.#folder, key)).mtimeMs;
    const keys = readdirSync(this.#folder).toSorted((a, b) => age(b) - age(a));
    keys.slice(MOST_STATES).forEach((key) => this.remove(key));
  }

  /** A state that does not fit any more is of no use. */
  remove(key: string): void {
    rmSync(join(this.#folder, key), { recursive: true, force: true });
  }
}

/** Address and bytes of the agent's memory. */
function isAgent(value: unknown): value is GuestState['agent'] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}
