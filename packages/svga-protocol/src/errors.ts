/**
 * The cause: EBADMSG a damaged stream, EINVAL an invalid field or part, ENOSPC a full command writer.
 */
export type SvgaProtocolErrorCode = 'EBADMSG' | 'EINVAL' | 'ENOSPC';

/** The error class of this package; encoder and decoder throw it. `values` holds the offending numbers by name. */
export class SvgaProtocolError extends Error {
  override readonly name = 'SvgaProtocolError';

  constructor(
    readonly code: SvgaProtocolErrorCode,
    /** The message without the values. */
    readonly what: string,
    readonly values: Readonly<Record<string, number>> = {},
  ) {
    const facts = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    super(facts.length === 0 ? what : `${what}: ${facts.join(', ')}`);
  }
}
