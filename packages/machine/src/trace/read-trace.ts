import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MachineError } from '../errors.js';
import { MOST_RUNS } from './line-json.js';
import { parseFrame, parseHeader } from './parse-line.js';
import { readLines, type Line } from './read-lines.js';
import type { Trace, TraceFrame, TraceHeader } from './trace.js';

/** The limit of the first line. */
const HEADER_BYTES = 64 * 1024;
/** V8's longest string. */
const LONGEST_LINE = 2 ** 29 - 24;
/** The most characters of a run, without its data. */
const CHARACTERS_PER_RUN = 32;

/**
 * Opens a write trace, gzip-compressed NDJSON in a file or a stream of bytes. Frames are read and checked one at a
 * time, on demand.
 * @throws MachineError EBADMSG with the line for input that is not gzip, truncated, of another kind or version, or
 * damaged; the file system's error if the file cannot be read
 */
export async function openTrace(source: string | AsyncIterable<Uint8Array>): Promise<Trace> {
  return readTrace(gunzip(typeof source === 'string' ? createReadStream(source) : source));
}

/** Reads a write trace from its uncompressed bytes. @throws MachineError EBADMSG, as `openTrace` */
export async function readTrace(chunks: AsyncIterable<Uint8Array>): Promise<Trace> {
  let limit = HEADER_BYTES;
  const position = { line: 1 };
  const lines = placeErrors(
    readLines(chunks, () => limit),
    position,
  );
  const first = await lines.next();
  if (first.done === true) {
    throw new MachineError('EBADMSG', 'the file is empty', 1);
  }
  const header = parseHeader(first.value.text);
  limit = longestFrameLine(header);
  return { header, frames: readFrames(lines, header) };
}

/** Its runs, its data in base64, and as much as a header for the rest. */
function longestFrameLine({ surfaceBytes }: TraceHeader): number {
  const runs = Math.min(surfaceBytes, MOST_RUNS) * CHARACTERS_PER_RUN;
  return Math.min(HEADER_BYTES + runs + Math.ceil((surfaceBytes * 4) / 3), LONGEST_LINE);
}

async function* readFrames(lines: AsyncGenerator<Line>, header: TraceHeader): AsyncGenerator<TraceFrame> {
  let frame = 0;
  let lastLine = 1;
  for await (const { text, line } of lines) {
    if (frame === header.frames) {
      throw new MachineError('EBADMSG', `data after the last of ${header.frames} frames`, line);
    }
    yield parseFrame(text, line, frame, header);
    frame++;
    lastLine = line;
  }
  if (frame < header.frames) {
    throw new MachineError(
      'EBADMSG',
      `the trace ends after ${frame} of ${header.frames} frames`,
      lastLine + 1,
    );
  }
}

/** Decompression fails between lines: its errors get the number of the current line. */
async function* placeErrors(lines: AsyncGenerator<Line>, position: { line: number }): AsyncGenerator<Line> {
  try {
    for await (const next of lines) {
      position.line = next.line + 1;
      yield next;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') {
      throw new MachineError('EBADMSG', 'the gzip data is truncated', position.line);
    }
    if (code?.startsWith('Z_')) {
      const what = position.line === 1 ? 'not gzip data' : 'the gzip data is damaged';
      throw new MachineError('EBADMSG', what, position.line);
    }
    throw error;
  }
}

function gunzip(compressed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // The reader of the last stream receives every error of the pipeline.
  return pipeline(compressed, createGunzip({ chunkSize: 2 ** 16 }), () => {});
}
