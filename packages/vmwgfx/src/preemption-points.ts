/** Where another CPU or thread can get in between two of the driver's steps. */
export const preemptionPoints = [
  /** A submission has found what was written, and has not yet told the resources. */
  'submit: between scan and transfer',
  /** The updates are with the device, the user's commands are not. */
  'submit: between updates and commands',
  /** The device has done the commands; whose newest content it has is not noted yet. */
  'submit: between commands and their effects',
  /** The content is back from the device, and the page has no entry yet. */
  'fault: between read-back and entry',
] as const;
export type PreemptionPoint = (typeof preemptionPoints)[number];
