import { PageTableError } from '@cg/pagetable';

/** What went wrong, as an errno name. */
export type VmwgfxErrorCode =
  /** An invalid argument or user command. */
  | 'EINVAL'
  /** No such handle. */
  | 'ENOENT'
  /** No such handle of a buffer object: only ioctls use it. */
  | 'ESRCH'
  /** No access for this user. */
  | 'EACCES'
  /** In use by the CPU or the device. */
  | 'EBUSY'
  /** A pointer to memory outside the process. */
  | 'EFAULT'
  /** No such file descriptor. */
  | 'EBADF'
  /** Too many file descriptors. */
  | 'EMFILE'
  /** Not an ioctl of this device. */
  | 'ENOTTY'
  /** Not supported by the driver. */
  | 'ENOSYS'
  /** No memory, command space or id. */
  | 'ENOMEM'
  /** The device refused a command, or does not respond. */
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

/** The values a `VmwgfxError` is about; those that apply are set. */
export interface VmwgfxErrorFacts {
  readonly handle?: number;
  /** The handle had to name a buffer object. */
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
  /** The `LEVEL` that a command needs; Infinity for none that would do. */
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

/** Whether a step failed in a way that its caller handles, and not by a defect. */
export function isErrno(error: unknown): error is VmwgfxError | PageTableError {
  return error instanceof VmwgfxError || error instanceof PageTableError;
}
