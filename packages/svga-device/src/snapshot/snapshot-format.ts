import { SvgaDeviceError } from '../errors.js';
import { viewOf } from '../protocol/struct.js';

/** "CGSV" */
const MAGIC = 0x5653_4743;

/** Counts up when a state has other fields, or fields another meaning. */
const VERSION = 2;

const HEADER_BYTES = 16;

/** Plain values, and long runs of bytes that they name by number. */
export interface SnapshotContents {
  readonly state: unknown;
  readonly blobs: readonly Uint8Array[];
}

function bad(what: string, values: Readonly<Record<string, number>> = {}): SvgaDeviceError {
  return new SvgaDeviceError('EBADMSG', `snapshot ${what}`, values);
}

/**
 * A snapshot as bytes: magic, version, the size of the state and the number of blobs; the state as JSON; each
 * blob behind its size. Numbers have 32 bits, little-endian.
 */
export function encodeSnapshot({ state, blobs }: SnapshotContents): Uint8Array {
  // All of it is ASCII: numbers, and names of ours.
  const json = Uint8Array.from(JSON.stringify(state), (character) => character.charCodeAt(0));
  const size = blobs.reduce((sum, blob) => sum + 4 + blob.length, HEADER_BYTES + json.length);
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  [MAGIC, VERSION, json.length, blobs.length].forEach((word, i) => view.setUint32(4 * i, word, true));
  bytes.set(json, HEADER_BYTES);
  let at = HEADER_BYTES + json.length;
  for (const blob of blobs) {
    view.setUint32(at, blob.length, true);
    bytes.set(blob, at + 4);
    at += 4 + blob.length;
  }
  return bytes;
}

/** As many characters as one call is sure to take. */
const CHUNK = 4096;

function parse(json: Uint8Array): unknown {
  let text = '';
  for (let at = 0; at < json.length; at += CHUNK) {
    text += String.fromCharCode(...json.subarray(at, at + CHUNK));
  }
  try {
    return JSON.parse(text);
  } catch {
    throw bad('state is no JSON');
  }
}

/**
 * Takes a snapshot apart; blobs are views.
 * @throws SvgaDeviceError EBADMSG
 */
export function decodeSnapshot(bytes: Uint8Array): SnapshotContents {
  if (bytes.length < HEADER_BYTES) {
    throw bad('is too short', { bytes: bytes.length });
  }
  const view = viewOf(bytes);
  const [magic, version, jsonBytes, count] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  if (magic !== MAGIC || version !== VERSION) {
    throw bad('is none, or of another version', { magic, version });
  }
  if (jsonBytes > bytes.length - HEADER_BYTES) {
    throw bad('ends inside its state', { jsonBytes });
  }
  let at = HEADER_BYTES + jsonBytes;
  const state = parse(bytes.subarray(HEADER_BYTES, at));
  const blobs: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity;
    if (length > bytes.length - at - 4) {
      throw bad('ends inside a blob', { blob: i });
    }
    blobs.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== bytes.length) {
    throw bad('goes on after its end', { end: at, bytes: bytes.length });
  }
  return { state, blobs };
}
