import { EmulatedGuest, type BootImages } from '../emulator/emulated-guest.js';
import { MARK, WITHOUT_DRIVER } from '../boot/initramfs.js';
import { modulesFor } from '../boot/kernel-modules.js';
import { median } from '../cost/quantiles.js';

const BOOT_SECONDS = 600;
const ROUNDS = 5;

/** Lines per round, of 64 characters each; far more than a screen has. */
const LINES = 500;
const LINE = 'The quick brown fox jumps over the lazy dog, 64 characters long.';

/** The kernel module that drives v86's own VGA. */
export const VGA_DRIVER = 'bochs';

/** The speed of a console. */
export interface ConsoleRate {
  readonly console: string;
  /** In pixels, or in characters. */
  readonly size: string;
  /** The median of the rounds. */
  readonly linesPerSecond: number;
}

/**
 * Writes text to three consoles of one guest in turn: the text mode of v86's VGA, its framebuffer, and the device.
 * @param images must include `VGA_DRIVER`
 */
export async function measureConsoles(images: BootImages, memoryMib: number): Promise<ConsoleRate[]> {
  const guest = await EmulatedGuest.make(images, {
    memoryMib,
    device: {},
    parameters: WITHOUT_DRIVER,
    use: 'boot',
  });
  try {
    guest.run();
    await guest.console.waitFor(new RegExp(MARK.READY), BOOT_SECONDS);
    await guest.agent.start();
    await guest.shell.must(`for i in $(seq ${LINES}); do echo '${LINE}'; done > /tmp/text`);
    const rates = [await measure(guest, "v86's VGA, text mode")];
    await load(guest, images, VGA_DRIVER);
    rates.push(await measure(guest, "v86's VGA, framebuffer"));
    await guest.shell.must(`echo 0 > /sys/class/vtconsole/vtcon1/bind; rmmod ${VGA_DRIVER}`);
    await load(guest, images, 'vmwgfx');
    rates.push(await measure(guest, 'SVGA device, vmwgfx'));
    return rates;
  } finally {
    await guest.end();
  }
}

async function load(guest: EmulatedGuest, { files }: BootImages, driver: string): Promise<void> {
  const names = modulesFor(driver, files.modules).map(({ name }) => name);
  const insert = `for m in ${names.join(' ')}; do [ -e /sys/module/$m ] || insmod /modules/$m.ko; done`;
  await guest.shell.must(`${insert}; [ -e /dev/fb0 ] && echo 0 > /sys/class/graphics/fbcon/cursor_blink`);
}

async function measure(guest: EmulatedGuest, console: string): Promise<ConsoleRate> {
  const output = await guest.shell.must(
    'stty -F /dev/tty1 size; cat /sys/class/graphics/fb0/virtual_size || true',
  );
  const [, rows, columns] = /^(\d+) (\d+)$/m.exec(output) ?? [];
  const [, width, height] = /^(\d+),(\d+)$/m.exec(output) ?? [];
  const size = width === undefined ? `${columns}x${rows} characters` : `${width}x${height}`;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await guest.shell.must('cat /tmp/text > /dev/tty1');
    rates.push((LINES * 1000) / (performance.now() - start));
  }
  return { console, size, linesPerSecond: median(rates) };
}
