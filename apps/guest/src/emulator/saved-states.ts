import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SvgaDeviceOptions } from '@cg/svga-device';
import type { V86Options } from 'v86';
import { GuestError } from '../guest-error.js';
import type { BootImages, GuestImage, GuestState, StoredGuest } from './emulated-guest.js';
import type { CoreContent, StoredCore } from './emulator-core.js';
import { findPageRuns, readPages, writePages } from './page-runs.js';

/** The number of states that are kept, of 60 to 170 MB each. */
const MOST_STATES = 8;

/** Another number for files of another kind. */
const FORMAT = 2;

const ABOUT = 'state.json';
const EMULATOR = 'emulator.state';
const DEVICE = 'device.snapshot';
const MEMORY = 'memory.pages';
const CODE = 'code.wasm';

/** Data stored beside a state, and CRC-32s of its files, because damaged memory would crash the guest later. */
interface AboutState extends Pick<GuestState, 'agent'>, Pick<StoredCore, 'memoryBytes' | 'runs'> {
  readonly places: CoreContent['places'];
  /** The modules of generated code, one after the other: the index of its function, and how long it is. */
  readonly modules: readonly (readonly [index: number, bytes: number])[];
  readonly sums: Readonly<Record<'emulator' | 'device' | 'memory' | 'code', number>>;
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
    const settings = JSON.stringify({ FORMAT, version, pc, device, disk: disk?.id, prepared, sharesFiles });
    const hash = createHash('sha256').update(settings).update(initramfs);
    for (const path of [files.kernel, files.bios, files.vgaBios]) {
      hash.update(readFileSync(path));
    }
    return hash.digest('hex').slice(0, 16);
  }

  /**
   * The memory of a state is read when it is restored, and only then found damaged.
   * @returns undefined if there is none, or another part of it is damaged
   */
  load(key: string): StoredGuest | undefined {
    const folder = join(this.#folder, key);
    try {
      const about: unknown = JSON.parse(readFileSync(join(folder, ABOUT), 'utf8'));
      const emulator = readFileSync(join(folder, EMULATOR));
      const device = readFileSync(join(folder, DEVICE));
      const code = readFileSync(join(folder, CODE));
      if (!isAbout(about)) {
        return undefined;
      }
      const { agent, places, memoryBytes, runs, modules, sums } = about;
      if (sums.emulator !== crc32(emulator) || sums.device !== crc32(device) || sums.code !== crc32(code)) {
        return undefined;
      }
      const readInto = (memory: Uint8Array): void => {
        if (readPages(join(folder, MEMORY), memory, runs) !== sums.memory) {
          throw new GuestError('its memory is damaged');
        }
      };
      const core = { places, code: splitCode(code, modules), memoryBytes, runs, readInto };
      return { emulator: new Uint8Array(emulator).buffer, device, agent, core };
    } catch {
      return undefined;
    }
  }

  /** Stores a state, and removes the oldest others. */
  store(key: string, { emulator, device, agent, core }: GuestImage): void {
    const folder = join(this.#folder, key);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { places, memory } = core;
    const runs = findPageRuns(memory);
    const modules = [...core.code].map(([index, bytes]) => [index, bytes.length] as const);
    const write = (name: string, bytes: Uint8Array): number => {
      writeFileSync(join(folder, name), bytes);
      return crc32(bytes);
    };
    const sums = {
      emulator: write(EMULATOR, new Uint8Array(emulator)),
      device: write(DEVICE, device),
      code: write(CODE, Buffer.concat([...core.code.values()])),
      memory: writePages(join(folder, MEMORY), memory, runs),
    };
    const about: AboutState = { agent, places, memoryBytes: memory.length, runs, modules, sums };
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

function splitCode(all: Uint8Array, modules: AboutState['modules']): StoredCore['code'] {
  const code = new Map<number, Uint8Array>();
  let end = 0;
  for (const [index, bytes] of modules) {
    code.set(index, all.subarray(end, end + bytes));
    end += bytes;
  }
  return code;
}

/** Whether it is a whole one: what is in it was written by this program. */
function isAbout(value: unknown): value is AboutState {
  const { agent, runs, modules, sums } = (value ?? {}) as Partial<AboutState>;
  const isAgent = Array.isArray(agent) && agent.length === 2 && agent.every(Number.isSafeInteger);
  return isAgent && Array.isArray(runs) && Array.isArray(modules) && sums !== undefined;
}
