import type { IntervalTree } from '@cg/collections';
import type { BackedResource } from '@cg/dirty-tracking';

/**
 * Read-back data is dirty for aliasing resources, also for GPU-dirty ones: their own read-back writes only what is
 * newer (rule 9.3) and keeps the rest, and this resource may have moved by then. The shared bytes are dirty for the
 * resource itself as well, which may not have been tracked when an alias was read back.
 * @param residents the resources of its buffer object by byte range
 */
export function dirtyAliasedBytes(residents: IntervalTree<BackedResource>, resource: BackedResource): void {
  const { backingOffset, backingBytes } = resource;
  const end = backingOffset + backingBytes;
  for (const { value: other } of residents.overlapping(backingOffset, end)) {
    if (other === resource) {
      continue;
    }
    const sharedStart = Math.max(backingOffset, other.backingOffset);
    const sharedEnd = Math.min(end, other.backingOffset + other.backingBytes);
    if (resource.isTracked) {
      resource.addDirtyBytes(sharedStart, sharedEnd);
    }
    if (other.isTracked) {
      other.addDirtyBytes(sharedStart, sharedEnd);
    }
  }
}
