import { unzlibSync } from 'fflate';
import { decompress as unzstd } from 'fzstd';
import snappy from 'snappyjs';
import { MemoryImageError } from './errors.js';
import { lzoDecompress } from './lzo.js';

/** How a page of a kdump file is stored (makedumpfile, diskdump_mod.h: DUMP_DH_COMPRESSED_*). */
const COMPRESSED_ZLIB = 0x01;
const COMPRESSED_LZO = 0x02;
const COMPRESSED_SNAPPY = 0x04;
const COMPRESSED_ZSTD = 0x20;
const COMPRESSIONS = COMPRESSED_ZLIB | COMPRESSED_LZO | COMPRESSED_SNAPPY | COMPRESSED_ZSTD;

/**
 * Fills `page` from its stored form.
 * @throws MemoryImageError EBADMSG for bytes that are no page, ENOTSUP for flags that are not known
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
      bytes = guarded('Zstandard', () => unzstd(stored, new Uint8Array(page.length + 1)));
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
