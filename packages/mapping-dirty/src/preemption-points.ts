/** Where another CPU, walker or thread can get in between the entries that a pass changes and their flush. */
export const preemptionPoints = [
  'clean: between entries and flush',
  'write-protect: between entries and flush',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
