/**
 * What kind of mistake it was: EBADMSG a stream that stops making sense, EINVAL a field or part that cannot be,
 * ENOSPC a full command writer.
 */
export type SvgaProtocolErrorCode = 'EBADMSG' | 'EINVAL' | 'ENOSPC';

/** The one error of this package; encoder and decoder throw it. `values` holds the offending numbers by name. */
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
