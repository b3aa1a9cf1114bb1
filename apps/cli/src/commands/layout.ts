import { locate, SurfaceLayout, SurfaceLayoutError } from '@cg/surface-layout';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { dirtyBoxes, type MergeName } from '../layout/dirty-boxes.js';
import { formatCalled, rangeFault, surfaceFault, type ByteRange } from '../layout/surface-arguments.js';
import { planUpload, type UploadApi } from '../layout/upload.js';
import { formatsAsJson, layoutAsJson } from '../output/layout-json.js';
import { describeLayout, tabulateFormats } from '../output/layout-text.js';
import { LineWriter } from '../output/line-writer.js';

interface LayoutOptions {
  readonly format?: string;
  readonly size?: readonly [width: number, height: number, depth: number];
  readonly mips: number;
  readonly layers?: number;
  readonly samples: number;
  readonly cube?: boolean;
  readonly streamOutput?: boolean;
  readonly offset?: readonly number[];
  readonly range?: readonly ByteRange[];
  readonly merge: MergeName;
  readonly boxCost: number;
  readonly sheets?: boolean;
  readonly planes?: boolean;
  readonly upload?: UploadApi;
  readonly unaligned?: boolean;
  readonly formats?: boolean;
  readonly json?: boolean;
}

const DETAILS = `
A backing is tightly packed: sheets (one per sample), in them layers, in them mips from large to
small, in them slices, rows and blocks. Offsets and ranges are bytes of it, decimal or 0x…; a range
A..B ends before B. Both may be given several times.

A format has its name in the header, with or without SVGA3D_, or the name of a WebGPU or WebGL 2
format with the same bytes: B8G8R8A8_UNORM, bgra8unorm, COMPRESSED_RGBA_BPTC_UNORM_EXT.

--upload prints the textures to create and the calls that upload the boxes of the ranges.

Ways to merge ranges into boxes:
  box       one for each subresource: the bounding box of its dirty bytes
  exact     the dirty blocks only
  cheapest  a cheap cover: a byte costs 1, a box --box-cost

Any write to a multisampled surface makes all of it dirty, because the device does not define their
order, and any write to a mip of a planar format all of that mip; --sheets and --planes assume the
usual order.

Examples:
  $ cg layout --format BC3_UNORM --size 1000x600 --mips 10 --layers 6
  $ cg layout --format A8R8G8B8 --size 512x512 --mips 3 --offset 0x100000
  $ cg layout --format A8R8G8B8 --size 512x512 --range 4096..8192 --range 40960..45056 --merge exact
  $ cg layout --format BC1_UNORM --size 64x64 --range 0..64 --upload webgpu
  $ cg layout --formats

Exit codes: 0 success, 2 bad arguments.`;

function parseNumber(text: string): number {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a number below 2^53, such as 4096 or 0x1000.');
  }
  return value;
}

function parseSize(text: string): [number, number, number] {
  if (!/^\d+(x\d+){1,2}$/.test(text)) {
    throw new InvalidArgumentError('It must be WIDTHxHEIGHT or WIDTHxHEIGHTxDEPTH, such as 640x480.');
  }
  const [width, height, depth = 1] = text.split('x').map(parseNumber);
  return [width, height, depth];
}

function parseOffset(text: string, before: readonly number[] = []): number[] {
  return [...before, parseNumber(text)];
}

function parseRange(text: string, before: readonly [number, number][] = []): [number, number][] {
  const ends = text.split('..');
  if (ends.length !== 2) {
    throw new InvalidArgumentError('It must be START..END, such as 4096..8192.');
  }
  const [start, end] = ends.map(parseNumber);
  if (start >= end) {
    throw new InvalidArgumentError('It must end after it starts: the end is exclusive.');
  }
  return [...before, [start, end]];
}

/** `cg layout`. Calls `exit` with the exit code. */
export function layoutCommand(exit: (code: number) => void): Command {
  return new Command('layout')
    .description("show where a surface's texels lie in memory, and which boxes of it a byte range touches")
    .option('-f, --format <name>', 'surface format, also by its WebGPU or WebGL 2 name; --formats lists them')
    .option('-s, --size <WxH[xD]>', 'texels of the largest mip; of a BUFFER bytes x 1', parseSize)
    .option('--mips <count>', 'mip levels', parseNumber, 1)
    .option('--layers <count>', 'array size (default: 1, of a cube 6)', parseNumber)
    .option('--samples <count>', 'samples of a texel', parseNumber, 1)
    .option('--cube', 'the layers are faces of cubes')
    .option('--stream-output', 'the device keeps 16 bytes of state after it')
    .option('--offset <byte>', 'print the location of this byte', parseOffset)
    .option('--range <start..end>', 'print the boxes that these bytes make dirty', parseRange)
    .addOption(
      new Option('--merge <way>', 'how ranges are merged into boxes')
        .choices(['box', 'exact', 'cheapest'])
        .default('box'),
    )
    .option('--box-cost <bytes>', 'cost of a box in bytes', parseNumber, 256)
    .option('--sheets', 'assume one sheet of samples after another')
    .option('--planes', 'assume one plane after another, in the order of the FOURCC')
    .addOption(
      new Option('--upload <api>', 'print the textures, and the calls that upload the boxes').choices([
        'webgpu',
        'webgl',
      ]),
    )
    .option('--unaligned', 'the WebGPU device has the feature texture-compression-unaligned')
    .addOption(
      new Option('--formats', 'list the formats').conflicts(['format', 'size', 'offset', 'range', 'upload']),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', DETAILS)
    .action(async (options: LayoutOptions, command: Command) => {
      exit(await show(options, command));
    });
}

async function show(options: LayoutOptions, command: Command): Promise<number> {
  const out = new LineWriter(process.stdout);
  try {
    out.line(options.formats ? listFormats(options) : listLayout(options, command));
  } catch (error) {
    if (!(error instanceof SurfaceLayoutError)) {
      throw error;
    }
    process.stderr.write(`cg: ${error.message}\n`);
    return EXIT.BAD_INPUT;
  }
  await out.flush();
  return EXIT.OK;
}

function listFormats({ json }: LayoutOptions): string {
  return json ? formatsAsJson() : tabulateFormats();
}

function listLayout(options: LayoutOptions, command: Command): string {
  checkCompany(options, command);
  const description = descriptionOf(options, command);
  // First surfaces without a layout, for the more exact message.
  const layout = new SurfaceLayout(description);
  const { merge, boxCost, sheets = false, planes = false, unaligned = false } = options;
  const { offset: offsets = [], range: ranges = [] } = options;
  const faults = [surfaceFault(description), ...ranges.map((range) => rangeFault(range, layout))];
  const fault = faults.find((message) => message !== undefined);
  if (fault !== undefined) {
    command.error(`cg: ${fault}`);
  }
  const boxes = dirtyBoxes(layout, ranges, { merge, boxCost, sheets, planes });
  const shown = {
    layout,
    locations: offsets.map((offset) => ({ offset, ...locate(layout, offset) })),
    ...(ranges.length === 0 ? {} : { boxes }),
    ...(options.upload === undefined ? {} : { upload: planUpload(layout, boxes, options.upload, unaligned) }),
  };
  return options.json ? layoutAsJson(shown) : describeLayout(shown);
}

/** Options that require another one. */
const COMPANY: readonly (readonly [option: keyof LayoutOptions, needed: keyof LayoutOptions])[] = [
  ['merge', 'range'],
  ['boxCost', 'range'],
  ['sheets', 'range'],
  ['planes', 'range'],
  ['unaligned', 'upload'],
];

function checkCompany(options: LayoutOptions, command: Command): void {
  const flag = (name: string): string =>
    command.options.find((option) => option.attributeName() === name)?.long ?? name;
  for (const [option, needed] of COMPANY) {
    if (command.getOptionValueSource(option) === 'cli' && options[needed] === undefined) {
      command.error(`cg: ${flag(option)} does nothing without ${flag(needed)}`);
    }
  }
  if (command.getOptionValueSource('boxCost') === 'cli' && options.merge !== 'cheapest') {
    command.error('cg: --box-cost does nothing without --merge cheapest');
  }
}

function descriptionOf(options: LayoutOptions, command: Command) {
  const { format: name, size, mips: mipLevels, samples } = options;
  const { cube = false, streamOutput = false } = options;
  const { layers = cube ? 0 : 1 } = options;
  if (name === undefined || size === undefined) {
    command.error('cg: layout needs --format and --size, or --formats');
  }
  const format = formatCalled(name);
  if (format === undefined) {
    command.error(`cg: unknown format «${name}»; cg layout --formats lists all`);
  }
  const [width, height, depth] = size;
  return { format: format.id, width, height, depth, mipLevels, layers, samples, cube, streamOutput };
}
