import { formatByName, SurfaceLayout, SurfaceLayoutError } from '@cg/surface-layout';
import { MachineError } from '../errors.js';
import type { TraceFrame, TraceHeader } from './trace.js';

/** Characters of a title that are kept. */
const TITLE_LENGTH = 80;

type Json = Readonly<Record<string, unknown>>;

function parseObject(text: string, line: number): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MachineError('EBADMSG', 'not JSON', line);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MachineError('EBADMSG', 'not a JSON object', line);
  }
  return value as Json;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function positiveInteger(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new MachineError('EBADMSG', `${name} must be a whole number from 1, not ${shown(value)}`, 1);
  }
  return value as number;
}

/** @throws MachineError EBADMSG, line 1, for another kind or version or a surface that cannot be */
export function parseHeader(text: string): TraceHeader {
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
    frames: positiveInteger(frames, 'frames'),
  };
}

function layoutOf(format: number, width: number, height: number): SurfaceLayout {
  try {
    return new SurfaceLayout({ format, width, height, depth: 1, mipLevels: 1, layers: 1, samples: 1 });
  } catch (error) {
    if (error instanceof SurfaceLayoutError) {
      throw new MachineError('EBADMSG', `a surface of ${width}x${height} cannot be: ${error.message}`, 1);
    }
    throw error;
  }
}

/**
 * Reads the line of frame number `expected`.
 * @throws MachineError EBADMSG with the line for a frame out of order, runs outside the surface or
 * overlapping, or data of another length than theirs
 */
export function parseFrame(text: string, line: number, expected: number, header: TraceHeader): TraceFrame {
  const { frame, runs: listed, data: encoded } = parseObject(text, line);
  if (frame !== expected) {
    throw new MachineError('EBADMSG', `frame ${shown(frame)} where ${expected} should come`, line);
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
  const runs = new Float64Array(listed.length * 2);
  let end = 0;
  let bytes = 0;
  listed.forEach((run: unknown, i) => {
    const [offset, length] = Array.isArray(run) && run.length === 2 ? (run as unknown[]) : [];
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || (length as number) < 0) {
      throw new MachineError('EBADMSG', `run ${i} must be [offset, length], not ${shown(run)}`, line);
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
  if (typeof encoded !== 'string') {
    throw new MachineError('EBADMSG', `data must be a base64 string, not ${shown(encoded)}`, line);
  }
  // Buffer skips what is not base64, so the text's own length is checked as well.
  const data = Buffer.from(encoded, 'base64');
  if (data.length !== bytes || unpaddedLength(encoded) !== Math.ceil((bytes * 4) / 3)) {
    throw new MachineError('EBADMSG', `data holds ${data.length} bytes, the runs ${bytes}`, line);
  }
  return data;
}

/** Characters of base64 text without its padding, which is two at most. */
function unpaddedLength(encoded: string): number {
  const { length } = encoded;
  return length - (encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0);
}

/** A title that may be printed: no control characters, and not without end. */
function printable(title: string): string {
  return title.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, TITLE_LENGTH);
}
