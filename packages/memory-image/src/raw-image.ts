import type { ByteSource } from './byte-source.js';
import type { MemoryImage } from './memory-image.js';
import { SegmentedImage } from './segmented-image.js';
import type { Segment } from './segments.js';

/**
 * A file without headers: the byte at offset n is that of physical address n, or as `map` says. A map may leave out
 * parts of the file and of memory.
 * @throws MemoryImageError EINVAL for a map with two places for one address; EIO if the file is shorter
 */
export function openRaw(source: ByteSource, map?: readonly Segment[]): MemoryImage {
  return new SegmentedImage('raw', source, map ?? [{ physical: 0, offset: 0, size: source.size }]);
}
