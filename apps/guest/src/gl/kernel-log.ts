/** A shell command that prints what the guest's kernel has logged since the last time. */
export const NEW_KERNEL_LINES = 'dmesg -r -c';

/** Levels of the log from emergency to warning. */
const WARNING_LINE = /^<[0-4]>(.*)$/gm;

/** Warnings about the PC, and not about its device. */
const OF_THE_PC = [
  // Mesa tells VMware's hypervisor what it runs, through a port that v86 does not have.
  /\[drm:vmw_msg_ioctl \[vmwgfx\]\] \*ERROR\* Failed to open channel\.$/,
  // The emulator was not given the host's CPU for some time.
  /hrtimer: interrupt took \d+ ns$/,
];

/** The warnings and errors of a kernel's log, without those that come with v86. */
export function warningsOf(log: string): string[] {
  const lines = [...log.matchAll(WARNING_LINE)].map(([, line]) => line);
  return lines.filter((line) => !OF_THE_PC.some((known) => known.test(line)));
}
