import { LitmusError } from '@cg/litmus';
import { MachineError } from '@cg/machine';
import { fileError } from './file-error.js';

/** A one-line message for an error in the user's file. Any other error is a bug, and is rethrown. */
export function inputError(path: string, error: unknown): string {
  if (error instanceof MachineError || error instanceof LitmusError) {
    return `${path}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`;
  }
  return fileError(path, error);
}
