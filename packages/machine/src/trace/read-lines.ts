import { MachineError } from '../errors.js';

const NEWLINE = 0x0a;

/** A line without its end. */
export interface Line {
  readonly text: Buffer;
  /** Its number, from 1. */
  readonly line: number;
}

/**
 * Splits bytes into lines. A line is buffered up to `limit()` bytes, called for each line, so that a small compressed
 * file cannot fill memory. @throws MachineError EBADMSG with the line for one that is too long
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: () => number,
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let gathered = 0;
  let line = 1;
  const gather = (part: Uint8Array): void => {
    gathered += part.length;
    if (gathered > limit()) {
      throw new MachineError('EBADMSG', `the line is longer than ${limit()} bytes`, line);
    }
    parts.push(part);
  };
  const take = (): Buffer => {
    const [{ buffer, byteOffset, length }] = parts;
    const whole = parts.length === 1 ? Buffer.from(buffer, byteOffset, length) : Buffer.concat(parts);
    parts = [];
    gathered = 0;
    return whole;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      gather(chunk.subarray(start, end));
      yield { text: take(), line };
      line++;
      start = end + 1;
    }
    if (start < chunk.length) {
      gather(chunk.subarray(start));
    }
  }
  if (gathered > 0) {
    yield { text: take(), line };
  }
}
