import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GuestError } from '../guest-error.js';

/** A module of the kernel, as the kernel wants it: not compressed. */
export interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MODULE_FILE = /\.ko(?:\.xz)?$/;

/**
 * A module and all that it depends on, in the order in which they are loaded. What depends on what is what the
 * modules themselves say: a package that was only unpacked has no modules.dep.
 * @param folder lib/modules/<version>
 * @throws GuestError where one is missing; a module that is built into the kernel is in no package
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

/** @throws GuestError for one that cannot be unpacked */
function readModule(path: string): Uint8Array {
  if (!path.endsWith('.xz')) {
    return readFileSync(path);
  }
  try {
    return execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 26, stdio: 'pipe' });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new GuestError(isMissing ? 'xz is not there' : `${path}: xz cannot unpack it`);
  }
}

/** The section .modinfo is strings «key=value»; «depends» is there once, also where it is empty. */
function dependenciesOf(bytes: Uint8Array): string[] {
  const [, names = ''] = /\0depends=([^\0]*)\0/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return names === '' ? [] : names.split(',').map((name) => name.replaceAll('-', '_'));
}
