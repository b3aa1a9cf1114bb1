import type { AgentProgram } from '../agent/agent-program.js';
import { mustSucceed, SYS } from '../linux/system-calls.js';

/** What `syslog` does: it reads what was logged since it was cleared last, and clears it (man 2 syslog). */
const READ_CLEAR = 4;

/** The agent's scratch memory. What the kernel logs in a program's time is less; of more it gives the last. */
const MOST_BYTES = 65_536;

/** What the guest's kernel has logged since the last time, with levels. It costs the guest no process. */
export async function takeKernelLog(program: AgentProgram): Promise<string> {
  const { scratch } = program;
  const bytes = mustSucceed('syslog', await program.call(SYS.SYSLOG, READ_CLEAR, scratch, MOST_BYTES));
  return new TextDecoder().decode(await program.peek(scratch, bytes));
}

/** Levels of the log from emergency to warning. */
const WARNING_LINE = /^<[0-4]>(.*)$/gm;

/** Warnings about the PC or a program, and not about the device. */
const NOT_OF_THE_DEVICE = [
  // Mesa tells VMware's hypervisor what it runs, through a port that v86 does not have.
  /\[drm:vmw_msg_ioctl \[vmwgfx\]\] \*ERROR\* Failed to open channel\.$/,
  // The emulator was not given the host's CPU for some time.
  /hrtimer: interrupt took \d+ ns$/,
  // kmscube first asks for a framebuffer with modifiers, which vmwgfx does not have, and then for one without.
  /\[drm:vmw_kms_fb_create \[vmwgfx\]\] \*ERROR\* failed to create vmw_framebuffer: -22$/,
];

/** The warnings and errors of a kernel's log, without those that come with v86. */
export function warningsOf(log: string): string[] {
  const lines = [...log.matchAll(WARNING_LINE)].map(([, line]) => line);
  return lines.filter((line) => !NOT_OF_THE_DEVICE.some((known) => known.test(line)));
}
