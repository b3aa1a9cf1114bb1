import { preemptionPoints as ofCleaning } from '@cg/mapping-dirty';
import { preemptionPoints as ofCpus } from '@cg/pagetable';
import { preemptionPoints as ofWalks } from '@cg/pagewalk';
import { preemptionPoints as ofDriver } from '@cg/vmwgfx';

/** The preemption points of `at`. Random programs depend on their order. */
export const preemptionPoints = [...ofCpus, ...ofWalks, ...ofCleaning, ...ofDriver] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
