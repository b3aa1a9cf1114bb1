export { MachineError, type MachineErrorCode } from './errors.js';
export { Machine, Process, type MachineEvent, type MachineOptions } from './machine.js';
export { replayTrace } from './replay/replay.js';
export type { ReplayListener, ReplayedSurface } from './replay/replay-listener.js';
export type { ReplayReport } from './replay/report.js';
export { Screen } from './screen.js';
export { policyFor, trackingMethods, type TrackingMethodName } from './tracking-methods.js';
export { CommandWatcher, type CommandListener } from './watch/command-watcher.js';
export { forEachRow, forEachRun } from './watch/runs.js';
