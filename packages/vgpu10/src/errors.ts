/**
 * The cause: EBADMSG damaged tokens, EINVAL an invalid program, text or argument, ENOTSUP a part of a shader that is
 * valid but not supported, ETIME a run that takes more steps than allowed.
 */
export type Vgpu10ErrorCode = 'EBADMSG' | 'EINVAL' | 'ENOTSUP' | 'ETIME';

/** The error class of this package. */
export class Vgpu10Error extends Error {
  override readonly name = 'Vgpu10Error';

  constructor(
    readonly code: Vgpu10ErrorCode,
    /** The message without the place. */
    readonly what: string,
    /** The index of the token in the shader, or the line of the text, from 1. */
    readonly at: number,
    unit: 'token' | 'line' = 'token',
  ) {
    super(`${unit} ${at}: ${what}`);
  }
}
