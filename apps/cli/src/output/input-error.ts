import { LitmusError } from '@cg/litmus';
import { MachineError } from '@cg/machine';
import { fileError } from './file-error.js';

/** One line for what is wrong with the user's file. Anything else is our bug, and is thrown on. */
export function inputError(path: string, error: unknown): string {
  if (error instanceof MachineError || error instanceof LitmusError) {
    return `${path}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`;
  }
  return fileError(path, error);
}
