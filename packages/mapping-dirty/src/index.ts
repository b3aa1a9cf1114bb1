export { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
export { cleanRecordSharedMappingRange } from './clean-record.js';
export type { ScanCounters } from './entry-changes.js';
export { MappingDirtyError } from './errors.js';
export { preemptionPoints, type PreemptionPoint } from './preemption-points.js';
export { TrackedMapping } from './tracked-mapping.js';
export { wpSharedMappingRange } from './write-protect.js';
