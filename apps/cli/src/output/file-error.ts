const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'cannot be read',
  ESPIPE: 'is not a regular file',
};

/** A one-line message for an error of the file system. Any other error is a bug, and is rethrown. */
export function fileError(path: string, error: unknown): string {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  const known = FILE_ERRORS[code];
  if (known === undefined && syscall === undefined) {
    throw error;
  }
  // Node's message is «CODE: reason, syscall 'path'».
  return `${path}: ${known ?? message.replace(/^[A-Z0-9]+: /, '').replace(/, [^,]*$/, '')}`;
}
