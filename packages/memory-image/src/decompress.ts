import { unzlibSync } from 'fflate';
import { Decompress as ZstdStream } from 'fzstd';
import snappy from 'snappyjs';
import { MemoryImageError } from './errors.js';
import { lzoDecompress } from './lzo.js';

/** How a page of a kdump file is stored (makedumpfile, diskdump_mod.h: DUMP_DH_COMPRESSED_*). */
const COMPRESSED_ZLIB = 0x01;
const COMPRESSED_LZO = 0x02;
const COMPRESSED_SNAPPY = 0x04;
const COMPRESSED_ZSTD = 0x20;
/** Larger than any page. */
const MOST_ZSTD_WINDOW = 2 ** 20;
const COMPRESSIONS = COMPRESSED_ZLIB | COMPRESSED_LZO | COMPRESSED_SNAPPY | COMPRESSED_ZSTD;

/**
 * Fills `page` from its stored form.
 * @throws MemoryImageError EBADMSG for bytes that are no page, ENOTSUP for unknown flags
 */
export function readStoredPage(stored: Uint8Array, flags: number, page: Uint8Array): void {
  let bytes: Uint8Array;
  switch (flags & COMPRESSIONS) {
    case 0:
      bytes = stored;
      break;
    case COMPRESSED_LZO:
      lzoDecompress(stored, page);
      return;
    case COMPRESSED_ZLIB:
      bytes = guarded('zlib', () => unzlib(stored, page.length));
      break;
    case COMPRESSED_SNAPPY:
      bytes = guarded('Snappy', () => snappy.uncompress(stored, page.length));
      break;
    case COMPRESSED_ZSTD:
      bytes = guarded('Zstandard', () => unzstd(stored, page.length));
      break;
    default:
      throw new MemoryImageError('ENOTSUP', `a page stored with flags 0x${flags.toString(16)}`);
  }
  if (bytes.length !== page.length) {
    throw new MemoryImageError('EBADMSG', `damaged page: ${bytes.length} bytes, ${page.length} wanted`);
  }
  page.set(bytes);
}

function guarded(name: string, decompress: () => Uint8Array): Uint8Array {
  try {
    return decompress();
  } catch (error) {
    throw new MemoryImageError('EBADMSG', `damaged ${name} block: ${(error as Error).message}`);
  }
}

/** fflate 0.8.3 neither compares the checksum nor reports output that did not fit. */
function unzlib(stored: Uint8Array, length: number): Uint8Array {
  const bytes = unzlibSync(stored, { out: new Uint8Array(length + 1) });
  const trailer = new DataView(stored.buffer, stored.byteOffset).getUint32(stored.length - 4);
  if (adler32(bytes) !== trailer) {
    throw new Error('wrong checksum');
  }
  return bytes;
}

/**
 * A frame of RFC 8878 with its own size, as written in one piece. It uses the streaming interface, because fzstd
 * 0.1.1 returns a buffer that it was given whole, however many bytes were decompressed.
 */
function unzstd(stored: Uint8Array, length: number): Uint8Array {
  const descriptor = stored[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  let size = sizeBytes === 2 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) {
    size += (stored[sizeAt + i] ?? 0) * 256 ** i;
  }
  // Memory is allocated for the window, which a single-segment frame has no field for.
  const window = isSingleSegment ? size : 2 ** (10 + ((stored[5] ?? 0) >> 3));
  if (size !== length || window > MOST_ZSTD_WINDOW) {
    throw new Error(`${size} bytes in a window of ${window}`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  new ZstdStream((chunk) => {
    bytes.set(chunk, at);
    at += chunk.length;
  }).push(stored, true);
  return bytes.subarray(0, at);
}

/** The checksum of RFC 1950; `bytes` are few enough that the sums fit into a double. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a += byte;
    b += a;
  }
  return (b % 65521) * 65536 + (a % 65521);
}
