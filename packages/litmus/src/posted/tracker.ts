import { PAGE_SIZE } from '@cg/pagetable';
import type { BackedResource, SharedBy } from '@cg/dirty-tracking';
import type { DriverParts } from '@cg/vmwgfx/internal';

type TrackerPart = DriverParts['DirtyTracker'];

const nobody: SharedBy = () => [];

/**
 * B1: a transfer consumes every dirty page up to the last one of the buffer object. The posted transfer does not inform
 * other resources either (B10): if it did, as the driver does, B1 would lose nothing.
 */
export function transferringToTheEnd(Base: TrackerPart): TrackerPart {
  return class extends Base {
    override transfer(resource: BackedResource): void {
      const { backingOffset, backingBytes } = resource;
      const { start, end } = this.dirty;
      if (backingOffset >= end * PAGE_SIZE || backingOffset + backingBytes <= start * PAGE_SIZE) {
        return;
      }
      const reaching: BackedResource = {
        backingOffset,
        backingBytes: Math.max(backingBytes, end * PAGE_SIZE - backingOffset),
        isTracked: resource.isTracked,
        addDirtyBytes: (from, to) => resource.addDirtyBytes(from, to),
      };
      super.transfer(reaching, nobody);
    }
  };
}

/** B4: switching to the scan method marks everything between the first and the last dirty page dirty. */
export function fillingTheHull(Base: TrackerPart): TrackerPart {
  return class extends Base {
    override scan(): void {
      const before = this.method;
      super.scan();
      if (before === 'trap' && this.method === 'scan' && !this.dirty.isEmpty) {
        this.dirty.addRange(this.dirty.start, this.dirty.end);
      }
    }
  };
}

/**
 * B9, B10: the first resource consumes a dirty page, and others in it never see it dirty. In B9 one resource ends and
 * the next begins in the page, in B10 they share bytes. On this machine each begins on a page, so in both they overlap.
 */
export function tellingOnlyTheFirst(Base: TrackerPart): TrackerPart {
  return class extends Base {
    override transfer(resource: BackedResource): void {
      super.transfer(resource, nobody);
    }

    override clear(resource: BackedResource): void {
      super.clear(resource, nobody);
    }
  };
}
