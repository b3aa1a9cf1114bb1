/** A file that cannot be read as the memory of a machine. */
export class MemoryImageError extends Error {
  override readonly name = 'MemoryImageError';

  constructor(
    /**
     * EINVAL: the headers contradict themselves or the file. ENOTSUP: a known format, or a variant of one,
     * that is not read. EIO: the file is shorter than its headers say. EBADMSG: a compressed page is damaged.
     */
    readonly code: 'EINVAL' | 'ENOTSUP' | 'EIO' | 'EBADMSG',
    message: string,
    /** Offset in the file of what is wrong, if it has one. */
    readonly offset?: number,
  ) {
    super(message);
  }
}
