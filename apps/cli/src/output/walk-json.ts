import type { ImageFinding } from '@cg/pagewalk';
import { entryValue, physicalAddress, permissionFlags, virtualAddress } from './walk-text.js';

/** The last address of a range: unlike its end, it always has 64 bits. */
function lastAddress(end: number): string {
  return virtualAddress(end - 1);
}

/** The machine-readable form: one object, the fields in this order. Addresses are text, above 2^53 too. */
export function findingAsJson(finding: ImageFinding): string {
  const { kind, start, end } = finding;
  const where = { kind, start: virtualAddress(start), last: lastAddress(end), bytes: end - start };
  switch (finding.kind) {
    case 'mapped': {
      const { pageSize, device } = finding;
      const physical = physicalAddress(finding.physical);
      return JSON.stringify({ ...where, pageSize, flags: permissionFlags(finding), physical, device });
    }
    case 'shared': {
      const { level, table, sameAs } = finding;
      return JSON.stringify({
        ...where,
        level,
        table: physicalAddress(table),
        sameAs: virtualAddress(sameAs),
      });
    }
    case 'damage': {
      const { fault, level, entry, entries, low, high, target } = finding;
      return JSON.stringify({
        ...where,
        fault,
        level,
        entry: physicalAddress(entry),
        entries,
        value: entryValue(low, high),
        target: physicalAddress(target),
      });
    }
  }
}
