import { FixedPolicy, KernelPolicy, type TrackingPolicy } from '@cg/dirty-tracking';

/** How written pages are found: always by scanning, always by trapping, or by the kernel's rule. */
export const trackingMethods = ['auto', 'scan', 'trap'] as const;
export type TrackingMethodName = (typeof trackingMethods)[number];

/** Creates a tracker's policy, for `DriverOptions.makePolicy`. */
export function policyFor(method: TrackingMethodName): () => TrackingPolicy {
  return method === 'auto' ? () => new KernelPolicy() : () => new FixedPolicy(method);
}
