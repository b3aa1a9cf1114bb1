import type { Mapping, ZapObserver } from '@cg/pagetable';
import type { DriverParts } from '@cg/vmwgfx/internal';

type MappingPart = DriverParts['Mapping'];

/** A4: huge entries that are there when tracking starts stay, with their dirty bits. */
export function keepingHugeLeaves(Base: MappingPart): MappingPart {
  return class extends Base {
    override splitHugeLeaves(): void {}
  };
}

/** E1: nobody is told of the dirty entries that munmap, mremap and exit remove. */
export function silentAboutZaps(Base: MappingPart): MappingPart {
  return class extends Base {
    override get zapObserver(): undefined {
      return undefined;
    }
  };
}

/** Removes the entries of a page range, and what they knew with them. */
export function unmapUnrecorded(mapping: Mapping, firstPage: number, pageCount: number): void {
  const observer: ZapObserver | undefined = mapping.zapObserver;
  mapping.observeZaps(undefined);
  try {
    mapping.unmapRange(firstPage, pageCount);
  } finally {
    mapping.observeZaps(observer);
  }
}
