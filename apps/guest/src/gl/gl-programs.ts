import { existsSync, readFileSync } from 'node:fs';
import { isI386Program } from '../boot/guest-files.js';
import { GuestError } from '../guest-error.js';
import { screenPrograms, xPrograms, type DiskProgram } from './disk-programs.js';

/** The scenes of gltest (gltest/*.c). */
export const sceneNames: readonly string[] = (
  'tri texquad persist copied stream cube many ubo pbo clear rtt blend scissor stencil mipmap msaa query mrt ' +
  'instance xfb gs cubemap texarr flow prims readback terminal'
).split(' ');

/** An i386 executable of the user's. */
export interface UserProgram {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `--gl` and `--x` run: a scene by its name, a program of Debian's, or one of the user's. */
export type Program = string | DiskProgram | UserProgram;

/**
 * A program by its name, or its path.
 * @param onX whether it runs on the X server
 * @throws GuestError for neither
 */
export function readProgram(name: string, onX = false): Program {
  if (!onX && sceneNames.includes(name)) {
    return name;
  }
  const ofDisk = onX ? xPrograms : screenPrograms;
  const known = ofDisk.find((one) => one.name === name);
  if (known !== undefined) {
    return known;
  }
  if (!existsSync(name)) {
    const names = [...(onX ? [] : sceneNames), ...ofDisk.map((one) => one.name)];
    throw new GuestError(`${name}: no such file, and no such program`, `programs: ${names.join(' ')}`);
  }
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(name);
  } catch (error) {
    throw new GuestError(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (!isI386Program(bytes)) {
    throw new GuestError(`${name}: is not an i386 executable`, 'gcc -m32 makes one');
  }
  return { path: name, bytes };
}
