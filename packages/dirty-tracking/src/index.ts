export { DirtyTracker, type BackedResource, type SharedBy, type TrackerStatistics } from './dirty-tracker.js';
export { FixedPolicy, KernelPolicy, type TrackingMethod, type TrackingPolicy } from './policy.js';
