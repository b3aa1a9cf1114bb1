import { flippedPicture, SvgaDeviceError } from '@cg/svga-device';
import type { Picture } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../input/open-input.js';
import { PackedFileError, unpacked } from '../input/unpack.js';
import { fileError } from '../output/file-error.js';
import { describePlayed } from '../output/render-text.js';
import { screenAsPng } from '../output/screen-png.js';
import { writeErrorOf } from '../output/write-error.js';
import { GpuPlayError, playOnGpu } from '../render/play-on-gpu.js';
import type { PlayedOnGpu } from '../render/play-on-gpu.js';
import { playToMark } from '../render/play-to-mark.js';

interface RenderOptions {
  readonly renderer: 'soft' | 'webgpu';
  readonly png?: string;
  readonly at?: string;
  readonly surface?: number;
  readonly flip?: boolean;
}

const DETAILS = `
A recording holds what a guest told a device: register writes, and the memory that the device read
for them. It is replayed without the guest. The file may be packed by gzip.

Draws are rendered in software, or with --renderer webgpu on the GPU: by Dawn, the package webgpu,
which is installed beside cg (npm install webgpu). It needs a Vulkan driver, Metal or Direct3D;
without a Vulkan driver, it uses the one for the CPU (SwiftShader) of an installed Chromium.

The picture is of what was last shown on a screen or read back, or of --surface, at the end or at
the first mark with the name of --at. Rows are in the order of memory: a program that draws with
OpenGL into a texture has its lowest row first, which --flip turns around.

Examples:
  $ cg render traces/gltest.cgrec.gz
  $ cg render traces/gltest.cgrec.gz --at 'done cube' --flip --png cube.png
  $ cg render traces/gltest.cgrec.gz --renderer webgpu --at 'done many' --flip --png many.png

Exit codes: 0 success, 1 the device refused commands or WebGPU reports errors, 2 bad input, no
package or no driver.`;

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
    .addOption(
      new Option('--renderer <name>', 'what draws: soft, or webgpu on a GPU')
        .choices(['soft', 'webgpu'])
        .default('soft'),
    )
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
  let played: PlayedOnGpu;
  try {
    const recording = unpacked(await readInput(path));
    played =
      options.renderer === 'webgpu'
        ? await playOnGpu({ recording, at, surface })
        : await playToMark(recording, { renderer: new SoftRenderer(), at, surface });
  } catch (error) {
    if (error instanceof GpuPlayError && error.code !== 'recording') {
      return badInput(error.message);
    }
    const isDamaged =
      error instanceof SvgaDeviceError || error instanceof PackedFileError || error instanceof GpuPlayError;
    return badInput(isDamaged ? `${path}: ${error.message}` : fileError(path, error));
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
  const errors = played.gpu?.errors ?? [];
  if (errors.length > 0) {
    process.stderr.write(`cg: ${errors.length} errors of WebGPU, at first: ${errors[0].split('\n', 1)[0]}\n`);
  }
  return played.statistics.errors > 0 || errors.length > 0 ? EXIT.CHECK_FAILED : EXIT.OK;
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
  return writeErrorOf(png, screenAsPng(flip ? flippedPicture(picture) : picture));
}

function badInput(message: string): number {
  process.stderr.write(`cg: ${message}\n`);
  return EXIT.BAD_INPUT;
}
