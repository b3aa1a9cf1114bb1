import type { SvgaDevice } from '@cg/svga-device';
import { SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import { X_VMWARE_DISK } from '../boot/disk-content.js';
import { findGuestDisk } from '../boot/guest-disk.js';
import { findGuestFiles } from '../boot/guest-files.js';
import { buildInitramfs } from '../boot/initramfs.js';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { SavedStates } from '../emulator/saved-states.js';
import { startGuest } from '../emulator/start-guest.js';
import { EXIT } from '../exit-codes.js';
import { badInput, bootRequestOf, type GuestOptions } from '../run-options.js';
import { X_VMWARE_FILES } from './x-files.js';
import { DRAW_ROOT, START_X, startX } from './x-server.js';

/** Of a window's paper, its title and the root window: their colours, and the fewest pixels that there have to be. */
const DRAWN = [
  ['paper', 0xff_ffff, 100_000],
  ['title', 0x30_404d, 3000],
  ['root window', 0x39_4b59, 100_000],
] as const;

const SETTLED_MS = 1000;

/** The screen of a driver that draws into VRAM, compared with that. */
interface LegacyCheck {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen that are not those of VRAM. */
  readonly wrongPixels: number;
  /** What should be on the screen, and is not. */
  readonly lacking: readonly string[];
  readonly commands: Readonly<Record<string, number>>;
  readonly lastError: string | undefined;
}

function say(what: string): void {
  process.stderr.write(`cg: ${what}\n`);
}

/** Starts X without the kernel's driver, or restores it, and compares. @returns the exit code */
export async function runLegacyX(options: GuestOptions): Promise<number> {
  let check: LegacyCheck;
  try {
    const guest = await startLegacyX(options);
    try {
      check = await checkLegacyX(guest);
    } finally {
      await guest.end();
    }
  } catch (error) {
    return badInput(error);
  }
  const { width, height, wrongPixels, lacking, commands, lastError } = check;
  const lines = [
    `X with VMware's driver, without vmwgfx: ${width}x${height}`,
    `  pixels that are not those of VRAM  ${wrongPixels}`,
    `  not on the screen                  ${lacking.length === 0 ? 'nothing' : lacking.join(', ')}`,
    ...Object.entries(commands).map(([name, count]) => `  ${name.padEnd(33)}  ${count}`),
    ...(lastError === undefined ? [] : [`  the device refused: ${lastError}`]),
  ];
  process.stdout.write(options.json ? `${JSON.stringify(check, null, 2)}\n` : `${lines.join('\n')}\n`);
  return wrongPixels === 0 && lacking.length === 0 && lastError === undefined ? EXIT.OK : EXIT.CHECK_FAILED;
}

async function startLegacyX(options: GuestOptions): Promise<EmulatedGuest> {
  const { paths, cache, flavour, refresh, useStates, memoryMib } = bootRequestOf(options);
  const files = await findGuestFiles({ ...paths, cache, flavour, refresh, say });
  const disk = await findGuestDisk({ content: X_VMWARE_DISK, cache, refresh, say });
  const initramfs = buildInitramfs(files, { diskFiles: X_VMWARE_FILES, desktop: true });
  const { guest } = await startGuest({
    images: { files, initramfs, disk },
    memoryMib,
    device: {},
    withoutDriver: true,
    preparation: {
      key: `legacy X ${START_X}`,
      run: async (booted) => {
        say('starting X');
        await startX(booted);
      },
    },
    states: useStates ? new SavedStates(cache) : undefined,
    say,
    onConsole: () => {},
  });
  return guest;
}

/** A guest in the middle of a drawing has stored to VRAM what it has not sent an update for: it comes to rest first. */
async function checkLegacyX(guest: EmulatedGuest): Promise<LegacyCheck> {
  const { device } = guest;
  await guest.shell.must(DRAW_ROOT); // a restored guest has drawn nothing yet
  let updates: number;
  do {
    updates = device.statistics.commands;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  } while (device.statistics.commands !== updates);
  await guest.pause();
  const { perCommand, errors } = device.statistics;
  const commands = Object.fromEntries(Object.entries(perCommand).filter(([, count]) => count > 0));
  const lastError = errors > 0 ? device.lastError?.message : undefined;
  return { ...compareWithVram(device), commands, lastError };
}

function compareWithVram(
  device: SvgaDevice,
): Pick<LegacyCheck, 'width' | 'height' | 'wrongPixels' | 'lacking'> {
  const [shown] = device.shownScreens;
  const screen = shown && device.screenTarget(shown.screenTargetId);
  if (screen === undefined) {
    return { width: 0, height: 0, wrongPixels: 0, lacking: ['any screen'] };
  }
  const { width, height, pixels } = screen;
  const start = register(device, SVGA_REG.FB_OFFSET);
  const pitch = register(device, SVGA_REG.BYTES_PER_LINE);
  const { vram } = device;
  const counts = new Map<number, number>();
  let wrongPixels = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const from = start + y * pitch + 4 * x;
      const color = vram[from + 2] * 2 ** 16 + vram[from + 1] * 2 ** 8 + vram[from];
      const seen = pixels[at] * 2 ** 16 + pixels[at + 1] * 2 ** 8 + pixels[at + 2];
      wrongPixels += color === seen ? 0 : 1;
      counts.set(seen, (counts.get(seen) ?? 0) + 1);
    }
  }
  const lacking = DRAWN.flatMap(([name, color, least]) => ((counts.get(color) ?? 0) < least ? [name] : []));
  return { width, height, wrongPixels, lacking };
}

/** The device's guest is paused: its selected register is put back. */
function register(device: SvgaDevice, wanted: number): number {
  const before = device.readPort(SVGA_PORT.INDEX);
  device.writePort(SVGA_PORT.INDEX, wanted);
  const value = device.readPort(SVGA_PORT.VALUE);
  device.writePort(SVGA_PORT.INDEX, before);
  return value;
}
