/**
 * What kind of mistake it was: ENODEV the emulator is not one that a device can be given to, EBUSY its slot or
 * addresses are taken, EINVAL an option that cannot be, EBADMSG bytes that are no snapshot.
 */
export type V86ErrorCode = 'EBADMSG' | 'EBUSY' | 'EINVAL' | 'ENODEV';

/** The one error of this package; `values` holds the offending numbers by name. */
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
