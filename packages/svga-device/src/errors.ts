/**
 * The kind of error: EINVAL an invalid field, ENOENT no such object, EEXIST an id in use, EFAULT bytes outside guest
 * memory or outside their MOB, ENOMEM and E2BIG a limit of the device, ENOSYS an unsupported command or header flag,
 * EBADMSG a malformed stream, ENOSPC a full command writer, EPERM a device or context that is not enabled. EBUSY and
 * EIO are no guest errors: the renderer has to be waited for, or has failed.
 */
export type SvgaDeviceErrorCode =
  | 'E2BIG'
  | 'EBADMSG'
  | 'EBUSY'
  | 'EEXIST'
  | 'EFAULT'
  | 'EINVAL'
  | 'EIO'
  | 'ENOENT'
  | 'ENOMEM'
  | 'ENOSPC'
  | 'ENOSYS'
  | 'EPERM';

/**
 * The one error of this package. Encoder and decoder throw it; the device never does: there it ends the command
 * buffer, and the host reads it from `SvgaDevice.lastError`. `values` holds the offending numbers by name.
 */
export class SvgaDeviceError extends Error {
  override readonly name = 'SvgaDeviceError';

  constructor(
    readonly code: SvgaDeviceErrorCode,
    /** The message without the values. */
    readonly what: string,
    readonly values: Readonly<Record<string, number>> = {},
  ) {
    const fields = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    super(fields.length === 0 ? what : `${what}: ${fields.join(', ')}`);
  }
}
