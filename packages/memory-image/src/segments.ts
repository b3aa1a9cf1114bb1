import { checkInside, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';

/** Physical addresses have at most 52 bits (Intel SDM volume 3A, 4.1.4). */
const PHYSICAL_END = 2 ** 52;

/** Adjacent physical addresses whose bytes are adjacent in the file. */
export interface Segment {
  readonly physical: number;
  /** Offset in the file of its first byte. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * Segments in the order of their addresses, with adjacent ones joined. Two segments may both contain an address if
 * they have it at the same place of the file, as in QEMU's cores with virtual addresses.
 * @throws MemoryImageError EINVAL for addresses above 2^52, or an address at two places; EIO for bytes beyond the
 * file
 */
export function joinSegments(source: ByteSource, segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments.filter(({ size }) => size > 0).toSorted((a, b) => a.physical - b.physical)) {
    const { physical, offset, size } = segment;
    if (!(physical >= 0 && physical + size <= PHYSICAL_END)) {
      throw new MemoryImageError('EINVAL', `${describe(segment)} is above 2^52`, offset);
    }
    checkInside(source, offset, size, describe(segment));
    const last = joined.at(-1);
    if (last === undefined || last.physical + last.size < physical) {
      joined.push(segment);
      continue;
    }
    const sameFile = last.offset - last.physical === offset - physical;
    if (sameFile) {
      const end = Math.max(last.physical + last.size, physical + size);
      joined[joined.length - 1] = { ...last, size: end - last.physical };
    } else if (last.physical + last.size === physical) {
      joined.push(segment);
    } else {
      const message = `${describe(last)} and ${describe(segment)} overlap, at different places of the file`;
      throw new MemoryImageError('EINVAL', message, offset);
    }
  }
  return joined;
}

function describe({ physical, size }: Segment): string {
  return `memory 0x${physical.toString(16)} to 0x${(physical + size).toString(16)}`;
}
