/** Where another CPU, walker or thread can get in between two steps of a walk. */
export const preemptionPoints = [
  /** A walker read an entry that points at a table whose lock it is about to take. */
  'walk: between upper entry and table lock',
  'walk: after pmd callback',
  'walk: after pud callback',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
