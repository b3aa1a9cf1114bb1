import { existsSync, readFileSync } from 'node:fs';
import { isI386Program } from '../boot/guest-files.js';
import { GuestError } from '../guest-error.js';

/** The scenes of gltest (gltest/*.c). */
export const sceneNames: readonly string[] = (
  'tri texquad persist copied stream cube many ubo pbo clear rtt blend scissor stencil mipmap msaa query mrt ' +
  'instance xfb gs cubemap texarr flow prims'
).split(' ');

/** An i386 executable of the user's. */
export interface UserProgram {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * A scene's name, or a program's path.
 * @throws GuestError for neither
 */
export function readProgram(name: string): string | UserProgram {
  if (sceneNames.includes(name)) {
    return name;
  }
  if (!existsSync(name)) {
    throw new GuestError(`${name}: no such file, and no such program`, `programs: ${sceneNames.join(' ')}`);
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
