const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EIO: 'cannot be read',
  ESPIPE: 'is no regular file',
};

/** One line for what is wrong with a file, as the file system says it. Anything else is our bug, and is thrown on. */
export function fileError(path: string, error: unknown): string {
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  const known = FILE_ERRORS[code];
  if (known === undefined && syscall === undefined) {
    throw error;
  }
  // Node's message is «CODE: what is wrong, syscall 'path'».
  return `${path}: ${known ?? message.replace(/^[A-Z0-9]+: /, '').replace(/, [^,]*$/, '')}`;
}
