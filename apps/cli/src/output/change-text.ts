import type { ImageChange, MappedRange } from '@cg/pagewalk/image';
import { exactSize, physicalAddress, type VirtualAddresses } from './virtual-address.js';
import { mappedFields } from './walk-json.js';
import { leafNotes, permissionFlags } from './walk-text.js';

const UNCOMPARED = {
  outside: 'a table is in one image only',
  unreadable: 'the bytes of a table in a file are damaged',
  loop: 'the tables show themselves, and in the other image otherwise',
  limit: 'more tables than the limit',
} as const;

function side(range: MappedRange | undefined): string {
  if (range === undefined) {
    return 'not mapped';
  }
  const { physical, pageSize } = range;
  const text = `${permissionFlags(range)} ${physicalAddress(physical)} ${exactSize(pageSize)}`;
  return `${text} ${leafNotes(range)}`.trimEnd();
}

/** A line: the range, what it was, what it is. */
export function describeChange(change: ImageChange, addresses: VirtualAddresses): string {
  const where = addresses.range(change);
  switch (change.kind) {
    case 'changed':
      return `${where}  ${side(change.before)} → ${side(change.after)}`;
    case 'shared':
      return `${where}  changed as at ${addresses.text(change.sameAs)}`;
    case 'uncompared':
      return `${where}  not compared: ${UNCOMPARED[change.reason]}`;
  }
}

export function changeAsJson(change: ImageChange, addresses: VirtualAddresses): string {
  const { kind, start, end } = change;
  const where = { kind, start: addresses.text(start), last: addresses.last(end), bytes: end - start };
  switch (change.kind) {
    case 'changed': {
      return JSON.stringify({
        ...where,
        before: fieldsOrNull(change.before),
        after: fieldsOrNull(change.after),
      });
    }
    case 'shared':
      return JSON.stringify({ ...where, sameAs: addresses.text(change.sameAs) });
    case 'uncompared':
      return JSON.stringify({ ...where, reason: change.reason });
  }
}

function fieldsOrNull(range: MappedRange | undefined) {
  return range === undefined ? null : mappedFields(range);
}
