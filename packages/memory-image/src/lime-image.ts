import { Fields, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import type { MemoryImage } from './memory-image.js';
import { SegmentedImage } from './segmented-image.js';
import type { Segment } from './segments.js';

// LiME's own format (LiME, doc/README.md): a header before each range of memory.

/** Before each range. */
const MAGIC = 'EMiL';
const VERSION = 1;
const HEADER_SIZE = 32;
/** Memory maps of firmware have dozens of ranges. */
const MOST_RANGES = 1 << 16;

/** @throws MemoryImageError ENOTSUP for another version; EINVAL and EIO for invalid headers */
export function openLime(source: ByteSource): MemoryImage {
  const segments: Segment[] = [];
  for (let at = 0; at < source.size;) {
    if (segments.length === MOST_RANGES) {
      throw new MemoryImageError('EINVAL', `more than ${MOST_RANGES} ranges`, at);
    }
    const what = `LiME header ${segments.length}`;
    const header = Fields.read(source, at, HEADER_SIZE, what);
    if (!header.has(0, MAGIC)) {
      throw new MemoryImageError('EINVAL', `no magic in ${what}`, at);
    }
    if (header.u32(4) !== VERSION) {
      throw new MemoryImageError('ENOTSUP', `LiME version ${header.u32(4)}`, at + 4);
    }
    const physical = header.size(8, `the first address of ${what}`);
    const last = header.size(16, `the last address of ${what}`);
    if (last < physical) {
      const message = `${what} ends at 0x${last.toString(16)}, before 0x${physical.toString(16)}`;
      throw new MemoryImageError('EINVAL', message, at);
    }
    const size = last - physical + 1;
    segments.push({ physical, offset: at + HEADER_SIZE, size });
    at += HEADER_SIZE + size;
  }
  return new SegmentedImage('lime', source, segments);
}
