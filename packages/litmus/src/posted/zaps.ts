import type { Mapping, ZapObserver } from '@cg/pagetable';
import type { MachineOptions } from '@cg/machine';
import { trackedBy } from './walks.js';

/** E1: the driver does not learn of the dirty entries that munmap, mremap and exit remove. */
export function silentAboutZaps(base: MachineOptions): MachineOptions {
  const { trackMemory = trackedBy([]), ...others } = base.driver ?? {};
  return {
    ...base,
    driver: {
      ...others,
      trackMemory(pages, state) {
        state.mapping.observeZaps(undefined);
        return trackMemory(pages, state);
      },
    },
  };
}

/** Removes the entries of a page range without recording their dirty bits. */
export function unmapUnrecorded(mapping: Mapping, firstPage: number, pageCount: number): void {
  const observer: ZapObserver | undefined = mapping.zapObserver;
  mapping.observeZaps(undefined);
  try {
    mapping.unmapRange(firstPage, pageCount);
  } finally {
    mapping.observeZaps(observer);
  }
}
