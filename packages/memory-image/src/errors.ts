/** A file that cannot be read as the memory of a machine. */
export class MemoryImageError extends Error {
  override readonly name = 'MemoryImageError';

  constructor(
    /**
     * EINVAL: the headers contradict themselves or the file. ENOTSUP: a known but unsupported format or variant. EIO:
     * the file is shorter than its headers say. EBADMSG: a compressed page is damaged.
     */
    readonly code: 'EINVAL' | 'ENOTSUP' | 'EIO' | 'EBADMSG',
    message: string,
    /** Offset of the error in the file, if it has one. */
    readonly offset?: number,
  ) {
    super(message);
  }
}
