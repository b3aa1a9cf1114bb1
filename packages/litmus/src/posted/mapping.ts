import type { Mapping, ZapObserver } from '@cg/pagetable';
import type { DriverParts } from '@cg/vmwgfx/internal';

type MappingPart = DriverParts['Mapping'];

/** A4: huge entries that exist when tracking starts are kept, with their dirty bits. */
export function keepingHugeLeaves(Base: MappingPart): MappingPart {
  return class extends Base {
    override splitHugeLeaves(): void {}
  };
}

/** E1: the dirty bits of entries removed by munmap, mremap and exit are dropped. */
export function silentAboutZaps(Base: MappingPart): MappingPart {
  return class extends Base {
    override get zapObserver(): undefined {
      return undefined;
    }
  };
}

/** Removes the entries of a page range and drops their dirty bits. */
export function unmapUnrecorded(mapping: Mapping, firstPage: number, pageCount: number): void {
  const observer: ZapObserver | undefined = mapping.zapObserver;
  mapping.observeZaps(undefined);
  try {
    mapping.unmapRange(firstPage, pageCount);
  } finally {
    mapping.observeZaps(observer);
  }
}
