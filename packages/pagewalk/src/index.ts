export { entries, type LeafEntry } from './entries.js';
export { PageWalkError } from './errors.js';
export { LeafTables } from './leaf-tables.js';
export type { EntryCallback, PageWalk, WalkAction, WalkOperations } from './operations.js';
export { preemptionPoints, type PreemptionPoint } from './preemption-points.js';
export { walkPageMapping, walkPageRange, walkPageTables, walkPageVma, walkPageVmaRange } from './walk.js';
