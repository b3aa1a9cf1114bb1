import type { V86Options } from 'v86';

const MIB = 2 ** 20;

const COMMAND_LINE = [
  'console=ttyS0,115200',
  'rdinit=/init',
  'tsc=reliable',
  'lpj=4000000',
  'mitigations=off',
  'random.trust_cpu=on',
  'nowatchdog',
  'nokaslr',
  'cryptomgr.notests=1',
  // A logo and a cursor would cause screen updates of their own.
  'logo.nologo',
  'vt.global_cursor_default=0',
].join(' ');

/**
 * The PC of the guests, and its kernel's command line. A saved state depends on these, and on the boot files.
 * @param parameters appended to the kernel's command line
 */
export function pcSettings(memoryMib: number, parameters = ''): V86Options {
  return {
    memory_size: memoryMib * MIB,
    vga_memory_size: 8 * MIB,
    cmdline: `${COMMAND_LINE} ${parameters}`,
    acpi: false,
    uart1: true,
    disable_speaker: true,
  };
}
