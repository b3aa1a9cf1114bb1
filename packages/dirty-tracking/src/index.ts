export { DirtyTracker, type BackedResource, type SharedBy, type TrackerStatistics } from './dirty-tracker.js';
export type { PageRange, TrackerEvent, TrackerLog } from './tracker-event.js';
export { FixedPolicy, KernelPolicy, type TrackingMethod, type TrackingPolicy } from './policy.js';
