import { performance } from 'node:perf_hooks';

/** Nanoseconds since some moment; never goes back. */
export type Clock = () => number;

/** The host's own. */
export const hostClock: Clock = () => performance.now() * 1e6;
