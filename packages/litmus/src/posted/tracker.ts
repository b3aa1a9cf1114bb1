import { PAGE_SIZE } from '@cg/pagetable';
import type { BackedResource, SharedBy } from '@cg/dirty-tracking';
import type { Step } from './variant.js';

const nobody: SharedBy = () => [];

/**
 * B1: a resource takes every dirty page up to the last one of the buffer object, including other resources'. Like the
 * posted transfer it informs no other resource (B10): if all that share a page were informed, as in the driver, B1
 * would lose nothing.
 */
export function transferringToTheEnd(Base: Step<'DirtyTracker'>): Step<'DirtyTracker'> {
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

/** B4: switching to the scan method makes everything between the first and the last dirty page dirty. */
export function fillingTheHull(Base: Step<'DirtyTracker'>): Step<'DirtyTracker'> {
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
 * B9, B10: the first resource takes a dirty page, and the others in it do not receive it. B9 is about a page where
 * one resource ends and the next begins, B10 about resources in the same bytes. On this machine each begins on a
 * page, so a page is shared if one begins while another has not ended.
 */
export function tellingOnlyTheFirst(Base: Step<'DirtyTracker'>): Step<'DirtyTracker'> {
  return class extends Base {
    override transfer(resource: BackedResource): void {
      super.transfer(resource, nobody);
    }

    override clear(resource: BackedResource): void {
      super.clear(resource, nobody);
    }
  };
}
