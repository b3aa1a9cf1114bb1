export { CleanChanges, cleanTable } from './clean-record.js';
export { EntryChanges } from './entry-changes.js';
export { changeSharedRanges, sharedRange } from './shared-ranges.js';
export { protectTable } from './write-protect.js';
