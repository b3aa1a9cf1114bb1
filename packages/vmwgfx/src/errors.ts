import { PageTableError } from '@cg/pagetable';

/** What went wrong, as an errno name. */
export type VmwgfxErrorCode =
  /** An argument or a user command that makes no sense. */
  | 'EINVAL'
  /** No such handle. */
  | 'ENOENT'
  /** No such handle of a buffer object: ioctls alone say so. */
  | 'ESRCH'
  /** Not this user's. */
  | 'EACCES'
  /** The CPU, or the device, is using it. */
  | 'EBUSY'
  /** A pointer to memory that the process does not have. */
  | 'EFAULT'
  /** No such file descriptor. */
  | 'EBADF'
  /** Too many file descriptors. */
  | 'EMFILE'
  /** An ioctl that is none of this device's. */
  | 'ENOTTY'
  /** Something that the driver does not offer. */
  | 'ENOSYS'
  /** Memory, command space or an id could not be had. */
  | 'ENOMEM'
  /** The device refused a command, or does not answer. */
  | 'EIO'
  /** The device lacks what the driver needs. */
  | 'ENODEV'
  /** A lock rule is broken. */
  | 'EDEADLK';

/** The numbers of Linux (asm-generic/errno-base.h, asm-generic/errno.h). */
const errnoNumbers: Readonly<Record<VmwgfxErrorCode, number>> = {
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  EMFILE: 24,
  ENOTTY: 25,
  EDEADLK: 35,
  ENOSYS: 38,
};

/** The values a `VmwgfxError` is about; what applies is there. */
export interface VmwgfxErrorFacts {
  readonly handle?: number;
  /** The handle was to be one of a buffer object. */
  readonly wanted?: 'buffer';
  /** An id in a table of a context. */
  readonly id?: number;
  readonly offset?: number;
  readonly bytes?: number;
  readonly command?: string;
  readonly status?: number;
  readonly seqno?: number;
  readonly address?: number;
  readonly request?: number;
  readonly fd?: number;
  /** The `LEVEL` that a command needs; Infinity is none. */
  readonly level?: number;
}

/** The one error of this package. */
export class VmwgfxError extends Error {
  override readonly name = 'VmwgfxError';

  constructor(
    readonly code: VmwgfxErrorCode,
    message: string,
    readonly facts: VmwgfxErrorFacts = {},
  ) {
    super(message);
  }

  /** The code as Linux numbers it, positive: a system call that failed so returns `-errno`. */
  get errno(): number {
    return errnoNumbers[this.code];
  }
}

/** Whether a step failed in a way that its caller handles, not by a defect. */
export function isErrno(error: unknown): error is VmwgfxError | PageTableError {
  return error instanceof VmwgfxError || error instanceof PageTableError;
}
