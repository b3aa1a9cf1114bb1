import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SvgaDeviceOptions } from '@cg/svga-device';
import type { V86Options } from 'v86';
import type { BootImages, GuestState } from './emulated-guest.js';

/** States that are kept: each takes some 60 MB. */
const MOST_STATES = 8;

const ABOUT = 'state.json';

/** What is kept beside a state: where its agent is, and CRC-32s, as a guest with a damaged memory runs astray. */
interface AboutState {
  readonly agent: GuestState['agent'];
  readonly emulator: number;
  readonly device: number;
}

/** States of guests whose driver is loaded, in the cache folder, by what they were booted from. */
export class SavedStates {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'states');
  }

  /** Names a state by all that decides what it is. @param pc as `pcSettings` gives it */
  keyFor({ files, initramfs }: BootImages, pc: V86Options, device: SvgaDeviceOptions): string {
    const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };
    const hash = createHash('sha256').update(JSON.stringify({ version, pc, device })).update(initramfs);
    for (const path of [files.kernel, files.bios, files.vgaBios]) {
      hash.update(readFileSync(path));
    }
    return hash.digest('hex').slice(0, 16);
  }

  /** @returns undefined where there is none, or one that is not as it was stored */
  load(key: string): GuestState | undefined {
    const folder = join(this.#folder, key);
    try {
      const about: unknown = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8'));
      const emulator = readFileSync(join(folder, 'emulator.state'));
      const device = readFileSync(join(folder, 'device.snapshot'));
      return isAbout(about) && about.emulator === crc32(emulator) && about.device === crc32(device)
        ? { emulator: new Uint8Array(emulator).buffer, device, agent: about.agent }
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a state, and of those before it the newest. */
  store(key: string, { emulator, device, agent }: GuestState): void {
    const folder = join(this.#folder, key);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const bytes = new Uint8Array(emulator);
    writeFileSync(join(folder, 'emulator.state'), bytes);
    writeFileSync(join(folder, 'device.snapshot'), device);
    const about: AboutState = { agent, emulator: crc32(bytes), device: crc32(device) };
    writeFileSync(join(folder, `${ABOUT}.partial`), JSON.stringify(about));
    // What is there last makes it valid.
    renameSync(join(folder, `${ABOUT}.partial`), join(folder, ABOUT));
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

function isAbout(value: unknown): value is AboutState {
  const { agent } = (value ?? {}) as Partial<AboutState>;
  return Array.isArray(agent) && agent.length === 2 && agent.every(Number.isSafeInteger);
}
