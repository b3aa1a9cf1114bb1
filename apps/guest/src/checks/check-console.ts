import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ScreenTargetImage } from '@cg/svga-device';
import { convertIndexedToRgb, decode } from 'fast-png';
import type { EmulatedGuest } from '../emulator/emulated-guest.js';

/** A character cell of the console: the kernel's VGA font. */
const CELL = { width: 8, height: 16 };

const DRAWN_SECONDS = 30;
const POLL_MILLISECONDS = 100;

/** Prints more lines than the console has, so that it scrolls; then every printable character, and colours. */
const DRAW = [
  String.raw`printf '\033c\033[?25l' > /dev/tty1`,
  'seq 1 60 > /dev/tty1',
  String.raw`i=33; while [ $i -lt 127 ]; do printf "\\$(printf %o $i)"; i=$((i+1)); done > /dev/tty1`,
  String.raw`for c in 1 2 3 4 5 6 7; do printf "\033[3${'$'}{c}m colour $c"; done > /dev/tty1`,
].join('; ');

/** The comparison of the console's picture with the stored one. */
export interface ConsoleCheck {
  readonly width: number;
  readonly height: number;
  /** Pixels that differ; 0 if they are all in one character cell, as the cursor may blink. */
  readonly wrongPixels: number;
}

/** Writes text to the guest's console, and compares the screen target with the stored picture. */
export async function checkConsole(guest: EmulatedGuest): Promise<ConsoleCheck> {
  await guest.shell.must(DRAW);
  const expected = storedPicture();
  const end = performance.now() + DRAWN_SECONDS * 1000;
  for (;;) {
    const [id = 0] = guest.device.screenTargetIds;
    const check = comparePictures(guest.device.screenTarget(id), expected);
    // The kernel draws later, from a work queue.
    if (check.wrongPixels === 0 || performance.now() > end) {
      return check;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** Pixels as 0xRRGGBB. */
interface Picture {
  readonly width: number;
  readonly height: number;
  pixel(x: number, y: number): number;
}

function storedPicture(): Picture {
  const root = dirname(createRequire(import.meta.url).resolve('@cg/guest/package.json'));
  const png = decode(readFileSync(join(root, 'golden', 'console.png')));
  const { width, height } = png;
  const data = png.palette === undefined ? png.data : convertIndexedToRgb(png);
  const channels = data.length / (width * height);
  return { width, height, pixel: (x, y) => rgb(data, (y * width + x) * channels) };
}

function rgb(data: ArrayLike<number>, at: number): number {
  return data[at] * 2 ** 16 + data[at + 1] * 2 ** 8 + data[at + 2];
}

/** A screen of another size differs in all pixels. */
export function comparePictures(screen: ScreenTargetImage | undefined, expected: Picture): ConsoleCheck {
  const { width, height } = expected;
  if (screen?.width !== width || screen.height !== height) {
    return { width, height, wrongPixels: width * height };
  }
  const byCell = new Map<number, number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rgb(screen.pixels, (y * width + x) * 4) !== expected.pixel(x, y)) {
        const cell = Math.floor(y / CELL.height) * width + Math.floor(x / CELL.width);
        byCell.set(cell, (byCell.get(cell) ?? 0) + 1);
      }
    }
  }
  const wrong = byCell.size <= 1 ? 0 : [...byCell.values()].reduce((sum, count) => sum + count, 0);
  return { width, height, wrongPixels: wrong };
}
