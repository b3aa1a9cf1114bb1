import { SvgaDeviceError } from '@cg/svga-device';
import type { Picture } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../input/open-input.js';
import { PackedFileError, unpacked } from '../input/unpack.js';
import { fileError } from '../output/file-error.js';
import { describePlayed } from '../output/render-text.js';
import { screenAsPng, writeErrorOf } from '../output/screen-png.js';
import { playToMark } from '../render/play-to-mark.js';
import type { Played } from '../render/play-to-mark.js';

interface RenderOptions {
  readonly png?: string;
  readonly at?: string;
  readonly surface?: number;
  readonly flip?: boolean;
}

const DETAILS = `
A recording holds what a guest told a device: register writes, and the memory that the device read for
them. It is replayed without the guest; draws are rendered in software. The file may be packed by gzip.

The picture is of what was last shown on a screen or read back, or of --surface, at the end or at the
first mark with the name of --at. Rows are in the order of memory: a program that draws with OpenGL into
a texture has its lowest row first, which --flip turns around.

Examples:
  $ cg render traces/gltest.cgrec.gz
  $ cg render traces/gltest.cgrec.gz --at 'done cube' --flip --png cube.png

Exit codes: 0 success, 1 the device refused commands, 2 bad input.`;

function parseId(text: string): number {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) >= 2 ** 32) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return Number(text);
}

/** `cg render`. Calls `exit` with the exit code. */
export function renderCommand(exit: (code: number) => void): Command {
  return new Command('render')
    .description('replay a recording of a device, and render what it draws')
    .argument('<recording>', 'the file, or - for standard input')
    .option('--png <file>', 'write the picture')
    .option('--at <mark>', 'the picture at a mark of the recording, not at its end')
    .option('--surface <id>', 'the picture of a surface', parseId)
    .option('--flip', 'the last row first')
    .addHelpText('after', DETAILS)
    .action(async (path: string, options: RenderOptions) => {
      exit(await render(path, options));
    });
}

async function render(path: string, options: RenderOptions): Promise<number> {
  const { at, surface, png } = options;
  let played: Played;
  try {
    played = await playToMark(unpacked(await readInput(path)), { renderer: new SoftRenderer(), at, surface });
  } catch (error) {
    return error instanceof SvgaDeviceError || error instanceof PackedFileError
      ? badInput(`${path}: ${error.message}`)
      : badInput(fileError(path, error));
  }
  if (!played.isReached) {
    return badInput(`${path}: has no mark «${at}»`);
  }
  if (png !== undefined) {
    const wrong = written(path, png, played.picture, options);
    if (wrong !== undefined) {
      return badInput(wrong);
    }
  }
  process.stdout.write(describePlayed(played));
  return played.statistics.errors > 0 ? EXIT.CHECK_FAILED : EXIT.OK;
}

/** Writes the picture. @returns what was wrong */
function written(
  path: string,
  png: string,
  picture: Picture | undefined,
  { flip = false, surface }: RenderOptions,
): string | undefined {
  if (picture === undefined) {
    return surface === undefined
      ? `${path}: nothing was shown or read back`
      : `${path}: surface ${surface} has no picture`;
  }
  return writeErrorOf(png, screenAsPng(flip ? flipped(picture) : picture));
}

function flipped({ width, height, pixels }: Picture): Picture {
  const rowBytes = 4 * width;
  const flippedPixels = new Uint8ClampedArray(pixels.length);
  for (let y = 0; y < height; y++) {
    flippedPixels.set(pixels.subarray(rowBytes * y, rowBytes * (y + 1)), rowBytes * (height - 1 - y));
  }
  return { width, height, pixels: flippedPixels };
}

function badInput(message: string): number {
  process.stderr.write(`cg: ${message}\n`);
  return EXIT.BAD_INPUT;
}
