import { gunzip } from './guest-files.js';
import { PageError } from './page-error.js';

/** How a file of a saved guest begins; the guest's id follows, then the state, compressed by gzip. */
const MAGIC = 'cg desktop 1\n';
const ID_LENGTH = 16;
const HEADER_LENGTH = MAGIC.length + ID_LENGTH;

/** A state for the user's disk. */
export async function encodeStateFile(id: string, state: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const packed = new Blob([state]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Blob([MAGIC, id, await new Response(packed).blob()], { type: 'application/octet-stream' });
}

/** Whether a file begins as one of `encodeStateFile`, of any version. */
export async function isStateFile(file: Blob): Promise<boolean> {
  return (await file.slice(0, 'cg desktop '.length).text()) === 'cg desktop ';
}

/**
 * The state in a file.
 * @throws PageError VERSION for a file of another guest or version, DAMAGED for any other
 */
export async function decodeStateFile(id: string, file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const header = await file.slice(0, HEADER_LENGTH).text();
  if (!(await isStateFile(file))) {
    throw new PageError('DAMAGED', 'The file has no saved guest.');
  }
  if (!header.startsWith(MAGIC)) {
    throw new PageError('VERSION', 'The file was saved by another version of this page.');
  }
  if (header.slice(MAGIC.length) !== id) {
    throw new PageError('VERSION', 'The file was saved from another guest than this page has.');
  }
  return gunzip(new Uint8Array(await file.slice(HEADER_LENGTH).arrayBuffer()));
}
