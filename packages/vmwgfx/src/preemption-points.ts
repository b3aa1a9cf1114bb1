/** Where another CPU or thread can run between two of the driver's steps. */
export const preemptionPoints = [
  /** A submission has scanned, and the resources do not have the dirty pages yet. */
  'submit: between scan and transfer',
  /** The device has the updates, but not the user's commands. */
  'submit: between updates and commands',
  /** The device has run the commands; which surfaces are GPU-dirty is not noted yet. */
  'submit: between commands and their effects',
  /** The content is read back, and the page has no entry yet. */
  'fault: between read-back and entry',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
