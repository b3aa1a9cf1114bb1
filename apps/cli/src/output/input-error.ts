import { MachineError } from '@cg/machine';
import { MemoryImageError } from '@cg/memory-image';
import { PageWalkError } from '@cg/pagewalk';

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EIO: 'cannot be read',
  ESPIPE: 'is no regular file',
};

/** One line for what is wrong with the user's file. Anything else is our bug, and is thrown on. */
export function inputError(path: string, error: unknown): string {
  if (error instanceof MachineError) {
    return `${path}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`;
  }
  if (error instanceof PageWalkError || error instanceof MemoryImageError) {
    return `${path}: ${error.message}`;
  }
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  const said = FILE_ERRORS[code];
  if (said === undefined && syscall === undefined) {
    throw error;
  }
  // Node's message is «CODE: what is wrong, syscall 'path'».
  return `${path}: ${said ?? message.replace(/^[A-Z0-9]+: /, '').replace(/, [^,]*$/, '')}`;
}
