/** The stage whose shader an error is in. */
export type StageName = 'vertex' | 'geometry' | 'pixel';

/**
 * * The cause: EINVAL shaders that do not hold together, or a key that does not fit them; ENOTSUP valid, but WGSL (or
 * what the key says about the adapter) cannot express it; E2BIG more than a limit of the translation.
 */
export type TranslateErrorCode = 'EINVAL' | 'ENOTSUP' | 'E2BIG';

/** The error class of this package. */
export class TranslateError extends Error {
  override readonly name = 'TranslateError';

  constructor(
    readonly code: TranslateErrorCode,
    /** The message without the place. */
    readonly what: string,
    readonly stage: StageName,
    /** The index of the statement's first token in the shader; undefined for errors of the key. */
    readonly at: number | undefined,
  ) {
    super(`${stage} shader${at === undefined ? '' : `, token ${at}`}: ${what}`);
  }
}
