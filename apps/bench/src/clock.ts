import { performance } from 'node:perf_hooks';

/** Monotonic time in nanoseconds. */
export type Clock = () => number;

/** The host's own. */
export const hostClock: Clock = () => performance.now() * 1e6;
