import { V86Error } from './errors.js';

/** «cgV1» in ASCII. */
const MAGIC = 0x3156_6763;

/** Magic, four bytes of nothing, the time as a double. */
const HEADER_BYTES = 16;

/** A device's state with the time it was taken at, in milliseconds of the device's clock. */
export function sealSnapshot(now: number, state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + state.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, MAGIC, true);
  header.setFloat64(8, now, true);
  bytes.set(state, HEADER_BYTES);
  return bytes;
}

/** @throws V86Error EBADMSG */
export function openSnapshot(bytes: Uint8Array): { now: number; state: Uint8Array } {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES || header.getUint32(0, true) !== MAGIC) {
    throw new V86Error('EBADMSG', 'not a snapshot of an attached device', { bytes: bytes.length });
  }
  const now = header.getFloat64(8, true);
  if (!Number.isFinite(now) || now < 0) {
    throw new V86Error('EBADMSG', 'snapshot was taken at no time');
  }
  return { now, state: bytes.subarray(HEADER_BYTES) };
}
