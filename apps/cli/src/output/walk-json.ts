import type { ImageFinding, MappedRange } from '@cg/pagewalk/image';
import { physicalAddress, type VirtualAddresses } from './virtual-address.js';
import { entryValue, permissionFlags } from './walk-text.js';

/** What a leaf says, as fields. */
export function mappedFields(range: MappedRange) {
  const { pageSize, writeThrough, cacheDisabled, pat, protectionKey, device } = range;
  return {
    pageSize,
    flags: permissionFlags(range),
    physical: physicalAddress(range.physical),
    writeThrough,
    cacheDisabled,
    pat,
    protectionKey,
    device,
  };
}

/** The machine-readable form: one object, the fields in this order. Addresses are text, above 2^53 too. */
export function findingAsJson(finding: ImageFinding, addresses: VirtualAddresses, isWide: boolean): string {
  const { kind, start, end } = finding;
  const where = { kind, start: addresses.text(start), last: addresses.last(end), bytes: end - start };
  switch (finding.kind) {
    case 'mapped':
      return JSON.stringify({ ...where, ...mappedFields(finding) });
    case 'shared': {
      const { level, span, table, sameAs } = finding;
      const place = { table: physicalAddress(table), sameAs: addresses.text(sameAs) };
      return JSON.stringify({ ...where, level, span, ...place });
    }
    case 'self-map': {
      const { level, table, entry, entries } = finding;
      const place = { table: physicalAddress(table), entry: physicalAddress(entry) };
      return JSON.stringify({ ...where, level, ...place, entries });
    }
    case 'damage': {
      const { fault, level, entry, entries, low, high, target } = finding;
      return JSON.stringify({
        ...where,
        fault,
        level,
        entry: physicalAddress(entry),
        entries,
        value: entryValue(low, high, isWide),
        target: physicalAddress(target),
      });
    }
  }
}
