/** `EBADMSG`: bytes that are no recording, or of another version. `EFBIG`: a page beyond its limit. */
export type InspectorErrorCode = 'EBADMSG' | 'EFBIG';

/** An error of this package. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';

  constructor(
    readonly code: InspectorErrorCode,
    message: string,
  ) {
    super(message);
  }
}
