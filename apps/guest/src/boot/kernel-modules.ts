import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GuestError } from '../guest-error.js';

/** A kernel module, uncompressed. */
export interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MODULE_FILE = /\.ko(?:\.xz)?$/;

/**
 * A module and its dependencies, in the order of loading. The dependencies are those in the modules' .modinfo, as a
 * package that was unpacked but not installed has no modules.dep.
 * @param folder lib/modules/<version>
 * @throws GuestError if a module is missing, as is one that is built into the kernel
 */
export function modulesFor(name: string, folder: string): KernelModule[] {
  const files = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => MODULE_FILE.test(path))
      .map((path) => [basename(path).replace(MODULE_FILE, '').replaceAll('-', '_'), join(folder, path)]),
  );
  const loaded = new Map<string, KernelModule>();
  const load = (wanted: string): void => {
    if (loaded.has(wanted)) {
      return;
    }
    const path = files.get(wanted);
    if (path === undefined) {
      throw new GuestError(`${folder} has no module ${wanted}`);
    }
    const bytes = readModule(path);
    dependenciesOf(bytes).forEach(load);
    loaded.set(wanted, { name: wanted, bytes });
  };
  load(name);
  return [...loaded.values()];
}

/** @throws GuestError where it cannot be unpacked */
function readModule(path: string): Uint8Array {
  if (!path.endsWith('.xz')) {
    return readFileSync(path);
  }
  try {
    return execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 26, stdio: 'pipe' });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new GuestError(isMissing ? 'xz is not installed' : `${path}: xz cannot unpack it`);
  }
}

/** .modinfo is a list of strings «key=value», with one «depends», which may be empty. */
function dependenciesOf(bytes: Uint8Array): string[] {
  const [, names = ''] = /\0depends=([^\0]*)\0/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return names === '' ? [] : names.split(',').map((name) => name.replaceAll('-', '_'));
}
