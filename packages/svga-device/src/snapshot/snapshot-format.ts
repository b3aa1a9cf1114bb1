import { SvgaDeviceError } from '../errors.js';
import { viewOf } from '@cg/svga-protocol';
import { SnapshotBlob, storedRuns } from './snapshot-blob.js';
import type { StoredRun } from './snapshot-blob.js';

/** "CGSV" */
const MAGIC = 0x5653_4743;

/** Increased when fields of the state, their meaning, or the layout of the bytes change. */
const VERSION = 4;
/** The oldest version that is read: recordings hold snapshots. Version 3 has no framebuffer. */
const OLDEST = 3;

const HEADER_BYTES = 16;

/** Bytes of a blob's size and number of runs, and of a run's offset and length. */
const BLOB_BYTES = 8;
const RUN_BYTES = 8;

/** Plain values, and the long runs of bytes that they refer to by number. */
export interface SnapshotContents {
  readonly state: unknown;
  readonly blobs: readonly SnapshotBlob[];
}

function bad(what: string, values: Readonly<Record<string, number>> = {}): SvgaDeviceError {
  return new SvgaDeviceError('EBADMSG', `snapshot ${what}`, values);
}

/**
 * The bytes of a snapshot, in consecutive pieces. The first piece holds magic, version, the size of the state and the
 * number of blobs; the state as JSON; of each blob the size, the number of runs, and the offset and length of each.
 * All numbers have 32 bits, little-endian. The other pieces are the runs: views of the blobs. Bytes outside the runs
 * are zeros.
 */
export function encodeSnapshot(state: unknown, blobs: readonly Uint8Array[]): Uint8Array[] {
  const json = JSON.stringify(state);
  const runs = blobs.map(storedRuns);
  const tableBytes = runs.reduce((sum, { length }) => sum + BLOB_BYTES + RUN_BYTES * length, 0);
  const head = new Uint8Array(HEADER_BYTES + json.length + tableBytes);
  const view = viewOf(head);
  [MAGIC, VERSION, json.length, blobs.length].forEach((word, i) => view.setUint32(4 * i, word, true));
  // The state is ASCII: numbers, and our own names.
  for (let i = 0; i < json.length; i++) {
    head[HEADER_BYTES + i] = json.charCodeAt(i);
  }
  let at = HEADER_BYTES + json.length;
  const pieces: Uint8Array[] = [head];
  blobs.forEach((blob, i) => {
    view.setUint32(at, blob.length, true);
    view.setUint32(at + 4, runs[i].length, true);
    at += BLOB_BYTES;
    for (const { offset, bytes } of runs[i]) {
      view.setUint32(at, offset, true);
      view.setUint32(at + 4, bytes, true);
      at += RUN_BYTES;
      pieces.push(blob.subarray(offset, offset + bytes));
    }
  });
  return pieces;
}

/** Joins the pieces into one array. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Characters per call, within every engine's limit on arguments. */
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

/** Reads a snapshot from front to back; every read is checked against its end. */
class SnapshotBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  take(length: number, what: string): Uint8Array {
    if (length > this.left) {
      throw bad(`ends inside ${what}`, { at: this.at, length, left: this.left });
    }
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  word(what: string): number {
    this.take(4, what);
    return this.#view.getUint32(this.at - 4, true);
  }
}

/** The runs of a blob: in order, not empty, disjoint, and inside it. */
function readRuns(bytes: SnapshotBytes, length: number): StoredRun[] {
  const count = bytes.word('its blobs');
  const runs: StoredRun[] = [];
  let end = 0;
  for (let i = 0; i < count; i++) {
    const run = { offset: bytes.word('its blobs'), bytes: bytes.word('its blobs') };
    if (run.offset < end || run.bytes === 0 || run.offset + run.bytes > length) {
      throw bad('has a blob whose runs are not in order', { ...run, length });
    }
    runs.push(run);
    end = run.offset + run.bytes;
  }
  return runs;
}

/**
 * Decodes a snapshot; blobs are views.
 * @throws SvgaDeviceError EBADMSG
 */
export function decodeSnapshot(snapshot: Uint8Array): SnapshotContents {
  const bytes = new SnapshotBytes(snapshot);
  const [magic, version, jsonBytes, count] = [0, 1, 2, 3].map(() => bytes.word('its header'));
  if (magic !== MAGIC || version < OLDEST || version > VERSION) {
    throw bad('is none, or of another version', { magic, version });
  }
  const state = parse(bytes.take(jsonBytes, 'its state'));
  const described: { length: number; runs: StoredRun[] }[] = [];
  for (let i = 0; i < count; i++) {
    const length = bytes.word('its blobs');
    described.push({ length, runs: readRuns(bytes, length) });
  }
  const blobs = described.map(({ length, runs }) => {
    const stored = runs.map((run) => ({ offset: run.offset, bytes: bytes.take(run.bytes, 'a blob') }));
    return new SnapshotBlob(length, stored);
  });
  if (bytes.left > 0) {
    throw bad('has bytes after its end', { end: bytes.at, left: bytes.left });
  }
  return { state, blobs };
}
