export { MachineError, type MachineErrorCode } from './errors.js';
export { Machine, Process, type MachineOptions } from './machine.js';
export { replayTrace } from './replay/replay.js';
export type { ReplayReport } from './replay/report.js';
export { Screen } from './screen.js';
export { policyFor, trackingMethods, type TrackingMethodName } from './tracking-methods.js';
export { allPosted, postedVariants } from './posted/posted-variants.js';
export type { PostedVariant } from './posted/variant.js';
