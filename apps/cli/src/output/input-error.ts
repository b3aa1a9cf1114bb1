import { fileError } from './file-error.js';

/** A package's class of errors about a text of the user. */
type TextErrorClass = abstract new (...args: never[]) => Error & { readonly line?: number | undefined };

/**
 * A one-line message for an error in the user's file: one of `reported`, the class of the package that read it, or of
 * the file system. Any other error is a bug, and is rethrown.
 */
export function inputError(path: string, error: unknown, reported: TextErrorClass): string {
  if (error instanceof reported) {
    return `${path}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`;
  }
  return fileError(path, error);
}
