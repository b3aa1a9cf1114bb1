/** Where another CPU, walker or thread can run between a pass's changes of entries and their flush. */
export const preemptionPoints = [
  'clean: between entries and flush',
  'write-protect: between entries and flush',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
