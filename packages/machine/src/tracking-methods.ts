import { FixedPolicy, KernelPolicy, type TrackingPolicy } from '@cg/dirty-tracking';

/** How written pages are found: always by scanning, always by trapping, or as the kernel's rule decides. */
export const trackingMethods = ['auto', 'scan', 'trap'] as const;
export type TrackingMethodName = (typeof trackingMethods)[number];

/** What makes a tracker's policy, for `DriverOptions.makePolicy`. */
export function policyFor(method: TrackingMethodName): () => TrackingPolicy {
  return method === 'auto' ? () => new KernelPolicy() : () => new FixedPolicy(method);
}
