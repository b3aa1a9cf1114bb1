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
  // A logo or a cursor would be screen updates that nobody asked for.
  'logo.nologo',
  'vt.global_cursor_default=0',
].join(' ');

/**
 * The PC that guests run on, and how its kernel is booted: what a saved state depends on besides its files.
 * @param parameters for the end of the kernel's command line
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
