/** What went wrong, as an errno name. */
export type VmwgfxErrorCode =
  /** An argument or a user command that makes no sense. */
  | 'EINVAL'
  /** No such handle. */
  | 'ENOENT'
  /** Somebody else's. */
  | 'EACCES'
  /** The CPU, or the device, is using it. */
  | 'EBUSY'
  /** Memory, command space or an id could not be had. */
  | 'ENOMEM'
  /** The device refused a command, or does not answer. */
  | 'EIO'
  /** The device lacks what the driver needs. */
  | 'ENODEV'
  /** A lock rule is broken. */
  | 'EDEADLK';

/** The values a `VmwgfxError` is about; what applies is there. */
export interface VmwgfxErrorFacts {
  readonly handle?: number;
  /** An id in a table of a context. */
  readonly id?: number;
  readonly offset?: number;
  readonly bytes?: number;
  readonly command?: string;
  readonly status?: number;
  readonly seqno?: number;
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
}
