import { statSync } from 'node:fs';
import {
  commandNames,
  decodedCommand,
  commandNameOf,
  readCommandBufferHeader,
  SVGA_CB_HEADER_BYTES,
  valueName,
} from '@cg/svga-protocol';
import type { CommandName } from '@cg/svga-protocol';
import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../exit-codes.js';
import { matchesPattern } from '../input/name-pattern.js';
import { openInput, STANDARD_INPUT } from '../input/open-input.js';
import { commandAsJson, damageAsJson } from '../output/decode-json.js';
import { describeCommand, describeDamage, wrapped } from '../output/decode-text.js';
import { fileError } from '../output/file-error.js';
import { LineWriter } from '../output/line-writer.js';
import { CommandPieces } from '../stream/command-pieces.js';

interface DecodeOptions {
  readonly json?: boolean;
  readonly from: number;
  readonly header?: boolean;
  readonly deviceContext?: boolean;
  readonly name: readonly CommandName[] | undefined;
  readonly full?: boolean;
}

/** The most elements of an array that are printed without --full. */
const MOST_ELEMENTS = 8;

const DETAILS = `
The stream has the format of a command buffer or the FIFO: commands one after another,
each with its id and, from id 1000 on, its size. «-» is standard input. It is read in
pieces, so it may have any length. Fields and values have the names of the device headers, values
without the prefix.

An unknown command that has a size is skipped and reported. At the first bytes that are not a
command, cg prints the place and the reason on standard error (with --json as the last object), and
stops.

Examples:
  $ cg decode commands.bin
  $ cg decode commands.bin --name 'UPDATE_GB_*' --name FENCE
  $ cg decode commands.bin --json | jq -c 'select(.name == "DEFINE_GB_SURFACE_V2") | .fields'
  $ cg decode buffer.bin --header               an SVGACBHeader precedes the commands
  $ dd if=memory.raw bs=64 skip=1024 | cg decode -

Exit codes: 0 success, 1 the stream is damaged, 2 bad input.`;

function parseOffset(text: string): number {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new InvalidArgumentError('It must be a number, such as 0x1000.');
  }
  return Number(text);
}

/** Adds the names that match a pattern with `*` to the earlier ones. */
function addNames(pattern: string, before: readonly CommandName[] | undefined): readonly CommandName[] {
  const wanted = pattern.replace(/^SVGA_(3D_CMD_|CMD_|(?=DC_))/i, '').toUpperCase();
  const names = commandNames.filter((name) => matchesPattern(name, wanted));
  if (names.length === 0) {
    throw new InvalidArgumentError('Unknown command.');
  }
  return [...(before ?? []), ...names];
}

/** `cg decode`. Calls `exit` with the exit code. */
export function decodeCommand(exit: (code: number) => void): Command {
  return new Command('decode')
    .description('print a stream of SVGA commands, and where it is damaged')
    .argument('<stream>', 'a file of commands, or - for standard input')
    .option('--from <offset>', 'offset in the file to begin at', parseOffset, 0)
    .option('--header', 'an SVGACBHeader precedes the commands; offsets count from its end')
    .option('--device-context', 'the commands are those of SVGA_CB_CONTEXT_DEVICE')
    .option('--name <pattern>', 'print only commands of this name; repeatable', addNames)
    .option('--full', `print whole arrays, not only ${MOST_ELEMENTS} elements`)
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', DETAILS)
    .action(async (path: string, options: DecodeOptions) => {
      exit(await decodeFile(path, options));
    });
}

async function decodeFile(path: string, options: DecodeOptions): Promise<number> {
  try {
    return await new Listing(path, options).run(openInput(path));
  } catch (error) {
    process.stderr.write(`cg: ${fileError(path, error)}\n`);
    return EXIT.BAD_INPUT;
  }
}

/** One run of `cg decode`. */
class Listing {
  readonly #out = new LineWriter(process.stdout);
  readonly #path: string;
  readonly #options: DecodeOptions;
  readonly #names: ReadonlySet<CommandName> | undefined;
  readonly #pieces: CommandPieces;
  readonly #header = new Uint8Array(SVGA_CB_HEADER_BYTES);
  /** Remaining bytes to skip, of the header, and of commands. */
  #skip: number;
  #headerLeft: number;
  #left = Infinity;

  constructor(path: string, options: DecodeOptions) {
    this.#path = path;
    this.#options = options;
    this.#names = options.name === undefined ? undefined : new Set(options.name);
    this.#skip = options.from;
    this.#headerLeft = options.header ? SVGA_CB_HEADER_BYTES : 0;
    this.#pieces = new CommandPieces(options.deviceContext ?? false, options.header ? 0 : options.from);
  }

  async run(input: AsyncIterable<Uint8Array>): Promise<number> {
    try {
      for await (const piece of input) {
        this.#pieces.add(this.#withoutHeader(piece));
        await this.#list();
        if (this.#pieces.damage !== undefined || this.#left === 0) {
          break;
        }
      }
      if (this.#skip > 0 || this.#headerLeft > 0) {
        const what = this.#skip > 0 ? `offset ${this.#options.from}` : 'the end of the header';
        process.stderr.write(`cg: ${this.#path}: ends before ${what}\n`);
        return EXIT.BAD_INPUT;
      }
      this.#pieces.end();
      await this.#list();
      return this.#verdict();
    } finally {
      await this.#out.flush();
    }
  }

  /** The part of a piece that is commands. */
  #withoutHeader(piece: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#skip, piece.length);
    this.#skip -= skipped;
    const ofHeader = Math.min(this.#headerLeft, piece.length - skipped);
    if (ofHeader > 0) {
      this.#header.set(piece.subarray(skipped, skipped + ofHeader), SVGA_CB_HEADER_BYTES - this.#headerLeft);
      this.#headerLeft -= ofHeader;
      if (this.#headerLeft === 0) {
        this.#readHeader();
      }
    }
    const commands = piece.subarray(skipped + ofHeader).subarray(0, this.#left);
    this.#left -= commands.length;
    return commands;
  }

  #readHeader(): void {
    const { reservedIsZero, ...header } = readCommandBufferHeader(this.#header);
    this.#left = header.length;
    if (this.#options.json) {
      this.#out.line(JSON.stringify({ kind: 'header', ...header, reservedIsZero }));
      return;
    }
    const { status, flags, errorOffset, id, length, pa, offset, dxContext } = header;
    const words = [
      `status=${valueName('SVGACBStatus', status) ?? status}`,
      `errorOffset=${errorOffset}`,
      `id=${id}`,
      `flags=${valueName('SVGACBFlags', flags) ?? flags}`,
      `length=${length}`,
      `pa=0x${pa.toString(16)}`,
      `offset=${offset}`,
      `dxContext=${dxContext}`,
      ...(reservedIsZero ? [] : ['mustBeZero is not']),
    ];
    this.#out.line(wrapped('SVGACBHeader', words));
  }

  async #list(): Promise<void> {
    const { json, full } = this.#options;
    while (this.#pieces.next()) {
      const { reader, offset } = this.#pieces;
      const { name } = reader;
      if (this.#names !== undefined && (name === undefined || !this.#names.has(name))) {
        continue;
      }
      const command = { ...decodedCommand(reader), offset };
      this.#out.line(
        json ? commandAsJson(command) : describeCommand(command, full ? Infinity : MOST_ELEMENTS),
      );
      if (this.#out.isFull) {
        await this.#out.flush();
      }
    }
  }

  /** Bytes of the file from an offset of the commands on; undefined for a pipe. */
  #bytesFrom(offset: number): number | undefined {
    const { from, header } = this.#options;
    const status = this.#path === STANDARD_INPUT ? undefined : statSync(this.#path);
    const start = header ? from + SVGA_CB_HEADER_BYTES : 0;
    return status?.isFile() === true ? status.size - start - offset : undefined;
  }

  #verdict(): number {
    const { damage } = this.#pieces;
    const { json, deviceContext = false } = this.#options;
    if (damage !== undefined) {
      const name = damage.id === undefined ? undefined : commandNameOf(damage.id, deviceContext);
      const left = this.#bytesFrom(damage.offset) ?? damage.left;
      if (json) {
        this.#out.line(damageAsJson({ ...damage, left }, name));
      } else {
        process.stderr.write(`cg: ${this.#path}: ${describeDamage({ ...damage, left }, name)}\n`);
      }
      return EXIT.CHECK_FAILED;
    }
    if (this.#left !== Infinity && this.#left > 0) {
      process.stderr.write(`cg: ${this.#path}: ends ${this.#left} bytes before the header's length\n`);
      return EXIT.CHECK_FAILED;
    }
    return EXIT.OK;
  }
}
