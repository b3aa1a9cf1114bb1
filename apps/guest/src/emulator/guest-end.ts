/** A line of the kernel's log, with its timestamp. */
const KERNEL_LINE = /^\[ *\d+\.\d+\] (.*)$/;

const INIT_ENDED = /^Kernel panic - not syncing: Attempted to kill init! exitcode=0x([0-9a-f]{8})$/;
const PANIC = /^Kernel panic - not syncing: (.*)$/;
const REBOOT = /^reboot: (System halted|Power down|Restarting system)/;

/** The reason for the guest's end, from a line of its console; undefined for any other line. */
export function endReason(line: string): string | undefined {
  const [, message = ''] = KERNEL_LINE.exec(line) ?? [];
  const [, status] = INIT_ENDED.exec(message) ?? [];
  if (status !== undefined) {
    // As in wait(2): a signal in the low 7 bits, or an exit code in bits 8 to 15.
    const value = Number.parseInt(status, 16);
    const signal = value & 0x7f;
    return signal === 0
      ? `the guest has ended: its first shell exited with ${(value >> 8) & 0xff}`
      : `the guest has ended: signal ${signal} ended its first shell`;
  }
  const [, reason] = PANIC.exec(message) ?? [];
  if (reason !== undefined) {
    return `the guest has ended: its kernel panicked (${reason})`;
  }
  const [, how] = REBOOT.exec(message) ?? [];
  return how === undefined ? undefined : `the guest has ended: ${how.toLowerCase()}`;
}
