import { writeFileSync } from 'node:fs';

/** @returns an error message for the user's file; undefined if it was written */
export function writeErrorOf(path: string, bytes: Uint8Array | string): string | undefined {
  try {
    writeFileSync(path, bytes);
    return undefined;
  } catch (error) {
    return errorOfWriting(path, error);
  }
}

/** The message for an error of the system; any other error is thrown. */
export function errorOfWriting(path: string, error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) {
    throw error;
  }
  return `${path}: cannot be written (${code})`;
}
