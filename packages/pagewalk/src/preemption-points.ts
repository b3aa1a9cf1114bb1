/** Where another CPU, walker or thread can run between two steps of a walk. */
export const preemptionPoints = [
  /** A walker has read an entry that points at a table, and is about to take the table's lock. */
  'walk: between upper entry and table lock',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
