import { gunzipSync } from 'node:zlib';

/** Bytes that an unpacked file may have. */
const MOST_BYTES = 2 ** 30;

/** A packed file that is damaged, or too large. */
export class PackedFileError extends Error {
  override readonly name = 'PackedFileError';
}

/** The bytes of a file that may be packed by gzip. @throws PackedFileError */
export function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    return bytes;
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PackedFileError(
      code === 'ERR_BUFFER_TOO_LARGE' ? `unpacks to more than ${MOST_BYTES} bytes` : 'damaged gzip data',
      { cause: error },
    );
  }
}
