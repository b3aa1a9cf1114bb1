import { writeFileSync } from 'node:fs';
import type { Picture } from '@cg/svga-device';
import { encode } from 'fast-png';
import { GuestError } from '../guest-error.js';

/** Writes a picture as a PNG. @throws GuestError if the file cannot be written */
export function writePng(path: string, { width, height, pixels }: Picture): void {
  const png = encode({ width, height, data: pixels, channels: 4, depth: 8 });
  try {
    writeFileSync(path, png);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? error : new GuestError(`${path}: cannot be written (${code})`);
  }
}
