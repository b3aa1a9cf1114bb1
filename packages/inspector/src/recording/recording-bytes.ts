import { InspectorError } from '../errors.js';
import { BOX_NUMBERS, EVENT, NONE } from './event-kind.js';
import { CHANGE_NUMBERS, type Recording } from './recording.js';

/** `cgin`, and the version. */
const MAGIC = 0x6e69_6763;
const VERSION = 1;
const ALIGNMENT = 4;

type Header = Omit<Recording, 'events' | 'numbers' | 'changes' | 'changedBytes'>;

/** The columns in their order, with the bytes of an element. */
const COLUMNS = [
  ['kind', Uint8Array],
  ['lane', Uint8Array],
  ['surface', Uint16Array],
  ['until', Uint32Array],
  ['a', Uint32Array],
  ['b', Uint32Array],
  ['c', Uint32Array],
] as const;

/** Packs a recording: a header in JSON, then its arrays, in little-endian order, compressed by gzip. */
export async function packRecording(recording: Recording): Promise<Uint8Array<ArrayBuffer>> {
  const { events, numbers, changes, changedBytes, ...header } = recording;
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint32Array([
    MAGIC,
    VERSION,
    text.length,
    events.count,
    numbers.length,
    changes.length,
    changedBytes.length,
  ]);
  const arrays = [...COLUMNS.map(([name]) => events[name]), numbers, changes, changedBytes];
  const parts = [head, text, ...arrays].flatMap((array) => {
    const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
    return [bytes, new Uint8Array(-bytes.length & (ALIGNMENT - 1))];
  });
  const packed = new Blob(parts).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/**
 * Unpacks a recording.
 * @throws InspectorError EBADMSG for bytes that are none, of another version, or damaged
 */
export async function unpackRecording(packed: Uint8Array<ArrayBuffer>): Promise<Recording> {
  let buffer: ArrayBuffer;
  try {
    const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    buffer = await new Response(bytes).arrayBuffer();
  } catch {
    throw new InspectorError('EBADMSG', 'the recording is not gzip data, or it is truncated');
  }
  const recording = read(buffer);
  check(recording);
  return recording;
}

function read(buffer: ArrayBuffer): Recording {
  const head = new Uint32Array(buffer, 0, Math.min(7, Math.floor(buffer.byteLength / 4)));
  const [magic, version, textBytes, count, numbers, changes, changedBytes] = head;
  if (head.length < 7 || magic !== MAGIC) {
    throw new InspectorError('EBADMSG', 'not a recording');
  }
  if (version !== VERSION) {
    throw new InspectorError('EBADMSG', `a recording of version ${version}, not ${VERSION}`);
  }
  let at = head.byteLength;
  const take = <A>(
    kind: { readonly BYTES_PER_ELEMENT: number; new (from: ArrayBuffer, at: number, length: number): A },
    length: number,
  ): A => {
    const bytes = length * kind.BYTES_PER_ELEMENT;
    if (at + bytes > buffer.byteLength) {
      throw new InspectorError('EBADMSG', 'the recording is truncated');
    }
    const array = new kind(buffer, at, length);
    at += bytes + (-bytes & (ALIGNMENT - 1));
    return array;
  };
  const header = JSON.parse(new TextDecoder().decode(take(Uint8Array, textBytes))) as Header;
  return {
    ...header,
    events: {
      count,
      kind: take(Uint8Array, count),
      lane: take(Uint8Array, count),
      surface: take(Uint16Array, count),
      until: take(Uint32Array, count),
      a: take(Uint32Array, count),
      b: take(Uint32Array, count),
      c: take(Uint32Array, count),
    },
    numbers: take(Uint32Array, numbers),
    changes: take(Uint32Array, changes),
    changedBytes: take(Uint8Array, changedBytes),
  };
}

/** @throws InspectorError EBADMSG where an index leads out of the recording */
function check({ events, numbers, changes, changedBytes, surfaces, lanes }: Recording): void {
  const { count, kind, lane, surface, b, a } = events;
  const isBox = (at: number): boolean => at === NONE || at + BOX_NUMBERS <= numbers.length;
  for (let i = 0; i < count; i++) {
    const isRight =
      kind[i] <= EVENT.FINDING &&
      lane[i] < Math.max(lanes.length, 1) &&
      (surface[i] < surfaces.length || surface[i] === 0xffff) &&
      (kind[i] !== EVENT.SCAN || b[i] + 2 * (numbers[b[i]] ?? Infinity) < numbers.length) &&
      ((kind[i] !== EVENT.UPLOAD && kind[i] !== EVENT.BOX) || isBox(a[i]));
    if (!isRight) {
      throw new InspectorError('EBADMSG', `event ${i} of the recording is damaged`);
    }
  }
  let bytes = 0;
  for (let i = 0; i < changes.length; i += CHANGE_NUMBERS) {
    bytes += changes[i + 3];
  }
  if (changes.length % CHANGE_NUMBERS !== 0 || bytes !== changedBytes.length) {
    throw new InspectorError('EBADMSG', 'the changes of the recording are damaged');
  }
}
