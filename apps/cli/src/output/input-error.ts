import { MachineError } from '@cg/machine';
import { PageWalkError } from '@cg/pagewalk';

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ENOTDIR: 'no such file',
  EIO: 'cannot be read',
  ESPIPE: 'is no regular file',
};

/** One line for what is wrong with the user's file. Anything else is our bug, and is thrown on. */
export function inputError(path: string, error: unknown): string {
  if (error instanceof MachineError) {
    return `${path}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`;
  }
  if (error instanceof PageWalkError) {
    return `${path}: ${error.message}`;
  }
  const said = FILE_ERRORS[(error as NodeJS.ErrnoException).code ?? ''];
  if (said === undefined) {
    throw error;
  }
  return `${path}: ${said}`;
}
