import { performance } from 'node:perf_hooks';

/** Monotonic time in nanoseconds. */
export type Clock = () => number;

/** The time that this process has run on processors: other load does not count, waiting for them does not either. */
export const cpuClock: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

/** The host's own. */
export const hostClock: Clock = () => performance.now() * 1e6;
