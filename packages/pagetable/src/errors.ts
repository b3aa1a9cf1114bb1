/** What went wrong, as an errno name. */
export type PageTableErrorCode =
  /** An address outside every VMA, or no memory behind it (the fault handler said SIGBUS). */
  | 'EFAULT'
  /** An access that the VMA forbids. */
  | 'EACCES'
  /** No frame is free. */
  | 'ENOMEM'
  /** An argument makes no sense: a misaligned range, a VMA over another one. */
  | 'EINVAL'
  /** A fault handler claims success, but the access faults again and again. */
  | 'ELOOP'
  /** A lock rule is broken: not held where it must be, or held where it must not be. */
  | 'EDEADLK';

/** The values a `PageTableError` is about; what applies is there. */
export interface PageTableErrorFacts {
  readonly address?: number;
  readonly length?: number;
  readonly access?: 'load' | 'store';
  readonly frame?: number;
  /** The lock that was wanted, or must have been held. */
  readonly lock?: string;
  /** The holder that wanted it. */
  readonly holder?: string;
  /** The holders of it, or of the lock in its way. */
  readonly heldBy?: readonly string[];
  /** The lock that must not have been held before `lock`. */
  readonly heldLock?: string;
}

/** The one error of this package. */
export class PageTableError extends Error {
  override readonly name = 'PageTableError';

  constructor(
    readonly code: PageTableErrorCode,
    message: string,
    readonly facts: PageTableErrorFacts = {},
  ) {
    super(message);
  }
}
