export { CleanChanges } from './clean-record.js';
export type { EntryChanges } from './entry-changes.js';
export { changeSharedRanges, sharedRange } from './shared-ranges.js';
export { ProtectChanges } from './write-protect.js';
