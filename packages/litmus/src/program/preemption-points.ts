import { preemptionPoints as ofCleaning } from '@cg/mapping-dirty';
import { preemptionPoints as ofCpus } from '@cg/pagetable';
import { preemptionPoints as ofWalks } from '@cg/pagewalk';
import { preemptionPoints as ofDriver } from '@cg/vmwgfx';

/** The places in a machine where `at` can step another CPU in. Their order is what random programs draw from. */
export const preemptionPoints = [...ofCpus, ...ofWalks, ...ofCleaning, ...ofDriver] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
