import { writeFileSync } from 'node:fs';
import type { Picture } from '@cg/svga-device';
import { encode } from 'fast-png';

/** A picture as the bytes of a PNG. */
export function screenAsPng({ width, height, pixels }: Picture): Uint8Array {
  return encode({ width, height, data: pixels, channels: 4, depth: 8 });
}

/** @returns an error message for the user's file; undefined if it was written */
export function writeErrorOf(path: string, bytes: Uint8Array | string): string | undefined {
  try {
    writeFileSync(path, bytes);
    return undefined;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) {
      throw error;
    }
    return `${path}: cannot be written (${code})`;
  }
}
