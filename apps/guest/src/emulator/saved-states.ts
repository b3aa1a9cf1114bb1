import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SvgaDeviceOptions } from '@cg/svga-device';
import type { V86Options } from 'v86';
import type { BootImages, GuestState } from './emulated-guest.js';

/** The number of states that are kept, of some 60 MB each. */
const MOST_STATES = 8;

const ABOUT = 'state.json';

/** Data stored beside a state: the agent's memory, and CRC-32s, because damaged memory would crash the guest later. */
interface AboutState {
  readonly agent: GuestState['agent'];
  readonly emulator: number;
  readonly device: number;
}

/** Saved states of guests whose driver is loaded, in the cache folder. */
export class SavedStates {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'states');
  }

  /**
   * The name of a state: a hash of everything it depends on.
   * @param pc from `pcSettings` @param prepared the key of its preparation
   */
  keyFor(
    { files, initramfs, disk, sharesFiles }: BootImages,
    pc: V86Options,
    device: SvgaDeviceOptions,
    prepared?: string,
  ): string {
    const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };
    const settings = JSON.stringify({ version, pc, device, disk: disk?.id, prepared, sharesFiles });
    const hash = createHash('sha256').update(settings).update(initramfs);
    for (const path of [files.kernel, files.bios, files.vgaBios]) {
      hash.update(readFileSync(path));
    }
    return hash.digest('hex').slice(0, 16);
  }

  /** @returns undefined if there is none, or it is damaged */
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

  /** Stores a state, and removes the oldest others. */
  store(key: string, { emulator, device, agent }: GuestState): void {
    const folder = join(this.#folder, key);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const bytes = new Uint8Array(emulator);
    writeFileSync(join(folder, 'emulator.state'), bytes);
    writeFileSync(join(folder, 'device.snapshot'), device);
    const about: AboutState = { agent, emulator: crc32(bytes), device: crc32(device) };
    writeFileSync(join(folder, `${ABOUT}.partial`), JSON.stringify(about));
    // Last: a state without it is incomplete.
    renameSync(join(folder, `${ABOUT}.partial`), join(folder, ABOUT));
    this.#removeOldest();
  }

  #removeOldest(): void {
    const age = (key: string): number => statSync(join(this.#folder, key)).mtimeMs;
    const keys = readdirSync(this.#folder).toSorted((a, b) => age(b) - age(a));
    keys.slice(MOST_STATES).forEach((key) => this.remove(key));
  }

  remove(key: string): void {
    rmSync(join(this.#folder, key), { recursive: true, force: true });
  }
}

function isAbout(value: unknown): value is AboutState {
  const { agent } = (value ?? {}) as Partial<AboutState>;
  return Array.isArray(agent) && agent.length === 2 && agent.every(Number.isSafeInteger);
}
