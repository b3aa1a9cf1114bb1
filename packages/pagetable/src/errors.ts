/** What went wrong, as an errno name. */
export type PageTableErrorCode =
  /** An address outside every VMA, or without memory (the fault handler returned SIGBUS). */
  | 'EFAULT'
  /** An access that the VMA forbids. */
  | 'EACCES'
  /** No frame is free. */
  | 'ENOMEM'
  /** An invalid argument: a misaligned range, an overlapping VMA. */
  | 'EINVAL'
  /** A fault handler reports success, but the access keeps faulting. */
  | 'ELOOP'
  /** A lock rule is broken: not held where it must be, or held where it must not be. */
  | 'EDEADLK';

/** The values a `PageTableError` is about; those that apply are set. */
export interface PageTableErrorFacts {
  readonly address?: number;
  readonly length?: number;
  readonly access?: 'load' | 'store';
  readonly frame?: number;
  /** The requested lock, or the one that had to be held. */
  readonly lock?: string;
  /** The holder that requested it. */
  readonly holder?: string;
  /** The holders of it, or of the lock that conflicts. */
  readonly heldBy?: readonly string[];
  /** The lock that must not be held when `lock` is taken. */
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
