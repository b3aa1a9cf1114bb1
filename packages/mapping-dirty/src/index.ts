export { cleanRecordSharedMappingRange } from './clean-record.js';
export { MappingDirtyError } from './errors.js';
export { TrackedMapping } from './tracked-mapping.js';
export type { ScanCounters } from './walk-state.js';
export { wpSharedMappingRange } from './write-protect.js';
