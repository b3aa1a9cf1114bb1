/**
 * The cause: ENODEV an unsupported emulator, EBUSY a slot or addresses in use, EINVAL an invalid option, EBADMSG bytes
 * that are not a snapshot.
 */
export type V86ErrorCode = 'EBADMSG' | 'EBUSY' | 'EINVAL' | 'ENODEV';

/** The error class of this package; `values` holds the offending numbers by name. */
export class V86Error extends Error {
  override readonly name = 'V86Error';

  constructor(
    readonly code: V86ErrorCode,
    what: string,
    readonly values: Readonly<Record<string, number>> = {},
  ) {
    const fields = Object.entries(values).map(([name, value]) => `${name} 0x${value.toString(16)}`);
    super(fields.length === 0 ? what : `${what}: ${fields.join(', ')}`);
  }
}
