import { formatByName, SurfaceLayout, SurfaceLayoutError } from '@cg/surface-layout';
import { MachineError } from '../errors.js';
import { LongBase64, MOST_RUNS, parseObject, parseWithBase64, type Json } from './line-json.js';
import type { TraceFrame, TraceHeader } from './trace.js';

/** The most characters of a title that are kept. */
const TITLE_LENGTH = 80;
/** Nine hours at 30 frames a second. */
const MOST_FRAMES = 1_000_000;
/** Characters of a value that an error shows. */
const SHOWN_LENGTH = 40;

/** A value for an error message; lists and objects may be large, so only their kind is given. */
function shown(value: unknown): string {
  if (value instanceof LongBase64) {
    return shown(value.text.toString('latin1', 0, SHOWN_LENGTH + 1));
  }
  if (typeof value === 'object' && value !== null) {
    const isShort =
      Array.isArray(value) && value.length < 4 && !value.some((item) => typeof item === 'object');
    return isShort ? `[${value.map(shown).join(',')}]` : Array.isArray(value) ? 'a list' : 'an object';
  }
  const start = typeof value === 'string' ? value.slice(0, SHOWN_LENGTH + 1) : value;
  const text = JSON.stringify(start) ?? 'missing';
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function positiveInteger(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new MachineError('EBADMSG', `${name} must be an integer from 1, not ${shown(value)}`, 1);
  }
  return value as number;
}

/** @throws MachineError EBADMSG, line 1, for another kind or version, or an invalid surface */
export function parseHeader(text: Buffer): TraceHeader {
  const { kind, version, title, surface, rowPitch, frames } = parseObject(text, 1);
  if (kind !== 'cg-write-trace') {
    throw new MachineError('EBADMSG', `not a write trace: kind is ${shown(kind)}`, 1);
  }
  if (version !== 1) {
    throw new MachineError('EBADMSG', `version ${shown(version)} is unknown, only 1 can be read`, 1);
  }
  const { format: formatName, width, height } = (surface ?? {}) as Json;
  const format = typeof formatName === 'string' ? formatByName(formatName) : undefined;
  if (format === undefined || format.planar || format.buffer || format.bytesPerBlock === 0) {
    throw new MachineError('EBADMSG', `a surface of format ${shown(formatName)} cannot be replayed`, 1);
  }
  const size = {
    width: positiveInteger(width, 'surface width'),
    height: positiveInteger(height, 'surface height'),
  };
  const layout = layoutOf(format.id, size.width, size.height);
  if (rowPitch !== layout.mips[0].rowStride) {
    const wanted = layout.mips[0].rowStride;
    throw new MachineError(
      'EBADMSG',
      `rowPitch ${shown(rowPitch)} is not that of a tight level: ${wanted}`,
      1,
    );
  }
  return {
    title: typeof title === 'string' ? printable(title) : '',
    format,
    ...size,
    surfaceBytes: layout.bytes,
    frames: frameCount(frames),
  };
}

function frameCount(value: unknown): number {
  const frames = positiveInteger(value, 'frames');
  if (frames > MOST_FRAMES) {
    throw new MachineError('EBADMSG', `frames must be at most ${MOST_FRAMES}, not ${frames}`, 1);
  }
  return frames;
}

function layoutOf(format: number, width: number, height: number): SurfaceLayout {
  try {
    return new SurfaceLayout({ format, width, height, depth: 1, mipLevels: 1, layers: 1, samples: 1 });
  } catch (error) {
    if (error instanceof SurfaceLayoutError) {
      throw new MachineError('EBADMSG', `a surface of ${width}x${height} is invalid: ${error.message}`, 1);
    }
    throw error;
  }
}

/**
 * Reads the line of frame number `expected`.
 * @throws MachineError EBADMSG with the line for a frame out of order, runs that are empty, overlapping, outside
 * the surface or more than `MOST_RUNS`, or data of another length than theirs
 */
export function parseFrame(text: Buffer, line: number, expected: number, header: TraceHeader): TraceFrame {
  const { frame, runs: listed, data: encoded } = parseWithBase64(text, line);
  if (frame !== expected) {
    throw new MachineError('EBADMSG', `frame ${shown(frame)} instead of ${expected}`, line);
  }
  const { runs, bytes } = parseRuns(listed, line, header.surfaceBytes);
  if (expected === 0 && bytes !== header.surfaceBytes) {
    const missing = header.surfaceBytes - bytes;
    throw new MachineError(
      'EBADMSG',
      `frame 0 must write the whole surface; ${missing} bytes are missing`,
      line,
    );
  }
  return { frame: expected, runs, data: decodeData(encoded, line, bytes) };
}

function parseRuns(
  listed: unknown,
  line: number,
  surfaceBytes: number,
): { runs: Float64Array; bytes: number } {
  if (!Array.isArray(listed)) {
    throw new MachineError('EBADMSG', `runs must be a list, not ${shown(listed)}`, line);
  }
  if (listed.length > MOST_RUNS) {
    throw new MachineError('EBADMSG', `${listed.length} runs are more than ${MOST_RUNS}`, line);
  }
  const runs = new Float64Array(listed.length * 2);
  let end = 0;
  let bytes = 0;
  listed.forEach((run: unknown, i) => {
    const [offset, length] = Array.isArray(run) && run.length === 2 ? (run as unknown[]) : [];
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || (length as number) < 0) {
      throw new MachineError('EBADMSG', `run ${i} must be [offset, length], not ${shown(run)}`, line);
    }
    if (length === 0) {
      throw new MachineError('EBADMSG', `run ${i}, ${shown(run)}, is empty`, line);
    }
    const start = offset as number;
    if (start < end) {
      const how = start < 0 ? 'starts before the surface' : 'overlaps or precedes the one before';
      throw new MachineError('EBADMSG', `run ${i}, ${shown(run)}, ${how}`, line);
    }
    end = start + (length as number);
    if (end > surfaceBytes) {
      throw new MachineError(
        'EBADMSG',
        `run ${i}, ${shown(run)}, ends outside the surface of ${surfaceBytes} bytes`,
        line,
      );
    }
    runs[i * 2] = start;
    runs[i * 2 + 1] = length as number;
    bytes += length as number;
  });
  return { runs, bytes };
}

function decodeData(encoded: unknown, line: number, bytes: number): Uint8Array {
  if (typeof encoded !== 'string' && !(encoded instanceof LongBase64)) {
    throw new MachineError('EBADMSG', `data must be a base64 string, not ${shown(encoded)}`, line);
  }
  const isLong = typeof encoded !== 'string';
  // Buffer skips what is not base64, so the text's own length is checked as well.
  const data = isLong ? encoded.decode() : Buffer.from(encoded, 'base64');
  const characters = isLong ? encoded.text.length : unpaddedLength(encoded);
  if (data.length !== bytes || characters !== Math.ceil((bytes * 4) / 3)) {
    throw new MachineError('EBADMSG', `data holds ${data.length} bytes, the runs ${bytes}`, line);
  }
  return data;
}

/** Characters of base64 text without its padding, which is two at most. */
function unpaddedLength(encoded: string): number {
  const { length } = encoded;
  return length - (encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0);
}

/** A printable title: without control characters, and of limited length. */
function printable(title: string): string {
  return title.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, TITLE_LENGTH);
}
