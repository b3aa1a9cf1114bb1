import { MachineError } from '../errors.js';

/** Runs of one frame: more than one for each pixel of a 1280x720 window. */
export const MOST_RUNS = 2 ** 20;
/** Brackets and colons that a line may have besides those of its runs. */
const MOST_OTHER_PARTS = 4096;
/** Base64 from this length on stays bytes. */
const LONG = 4096;
/** Precedes the number of a long base64 in the text that JSON.parse sees: DEL, which JSON allows unescaped. */
const MARK = '\u007f';
const QUOTE = 0x22;
const PADDING = 0x3d;

/** The six bits that a character of base64 stands for; -1 for any other byte. */
const sixBits = new Int8Array(256).fill(-1);
Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((character, bits) => {
  sixBits[character] = bits;
});

export type Json = Readonly<Record<string, unknown>>;

/**
 * A long value of base64 in a line, kept as the line's bytes. Buffer decodes strings only, and a surface's data takes
 * a third more as a string, twice with that of the line: 20 MB of a replay's 130.
 */
export class LongBase64 {
  /** @param text without padding */
  constructor(readonly text: Buffer) {}

  decode(): Uint8Array {
    const { text } = this;
    const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
    const whole = text.length - (text.length % 4);
    let at = 0;
    for (let i = 0; i < whole; i += 4) {
      const word =
        (sixBits[text[i]] << 18) |
        (sixBits[text[i + 1]] << 12) |
        (sixBits[text[i + 2]] << 6) |
        sixBits[text[i + 3]];
      bytes[at] = word >> 16;
      bytes[at + 1] = word >> 8;
      bytes[at + 2] = word;
      at += 3;
    }
    bytes.set(Buffer.from(text.toString('latin1', whole), 'base64'), at);
    return bytes;
  }
}

/**
 * Parses a line, which is an object.
 * @throws MachineError EBADMSG with the line if it is not UTF-8, not a JSON object, or has too many parts
 */
export function parseObject(bytes: Buffer, line: number): Json {
  return parse(decodeUtf8(bytes, line), line);
}

/** The same, but a value of long base64 is a LongBase64. */
export function parseWithBase64(bytes: Buffer, line: number): Json {
  const found: LongBase64[] = [];
  const short = decodeUtf8(withoutLong(bytes, found), line);
  // Where a quote may be escaped, or a mark be the line's own, what was found may be something else.
  if (short.includes('\\') || short.split(MARK).length - 1 !== found.length) {
    return parseObject(bytes, line);
  }
  const fields = Object.entries(parse(short, line)).map(([name, value]) => {
    const isMarked = typeof value === 'string' && value.startsWith(MARK);
    return [name, isMarked ? found[Number(value.slice(MARK.length))] : value] as const;
  });
  return Object.fromEntries(fields);
}

/** The line with a mark in place of each long base64, which are added to `found`. */
function withoutLong(bytes: Buffer, found: LongBase64[]): Buffer {
  const pieces: Buffer[] = [];
  let kept = 0;
  let open = bytes.indexOf(QUOTE);
  while (open >= 0) {
    const close = bytes.indexOf(QUOTE, open + 1);
    if (close < 0) {
      break;
    }
    const end = close - open > LONG ? endOfBase64(bytes, open + 1, close) : open;
    if (end > open) {
      pieces.push(bytes.subarray(kept, open + 1), Buffer.from(`${MARK}${found.length}`));
      found.push(new LongBase64(bytes.subarray(open + 1, end)));
      kept = close;
    }
    open = bytes.indexOf(QUOTE, close + 1);
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(kept)]);
}

/** Where the base64 from `start` to `end` ends without its padding; -1 if it is something else. */
function endOfBase64(bytes: Buffer, start: number, end: number): number {
  let last = end;
  while (end - last < 2 && bytes[last - 1] === PADDING) {
    last--;
  }
  for (let i = start; i < last; i++) {
    if (sixBits[bytes[i]] < 0) {
      return -1;
    }
  }
  return last;
}

function decodeUtf8(bytes: Buffer, line: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new MachineError('EBADMSG', 'not UTF-8 text', line);
  }
}

function parse(text: string, line: number): Json {
  // A parsed list takes up to forty times the memory of its text, so count before parsing.
  if (hasMore(text, '[', MOST_RUNS + MOST_OTHER_PARTS)) {
    throw new MachineError('EBADMSG', `the line has more than ${MOST_RUNS} lists`, line);
  }
  if (hasMore(text, '{', MOST_OTHER_PARTS) || hasMore(text, ':', MOST_OTHER_PARTS)) {
    throw new MachineError('EBADMSG', `the line has more than ${MOST_OTHER_PARTS} fields`, line);
  }
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

function hasMore(text: string, part: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0 && count <= most; at = text.indexOf(part, at + 1)) {
    count++;
  }
  return count > most;
}
