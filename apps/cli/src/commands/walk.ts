import { walkImage } from '@cg/pagewalk';
import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../exit-codes.js';
import { ImageFile } from '../image/image-file.js';
import { inputError } from '../output/input-error.js';
import { LineWriter } from '../output/line-writer.js';
import { findingAsJson } from '../output/walk-json.js';
import { describeDamage, describeRange, WALK_HEADING } from '../output/walk-text.js';

interface WalkOptions {
  readonly cr3: number;
  readonly from: number;
  readonly to: number;
  readonly json?: boolean;
}

const ADDRESS_END = 2 ** 48;
/** Sign-extended, the upper half of 48 bits starts here. */
const UPPER_HALF = 0xffff800000000000n;
const LOWER_HALF_END = 0x800000000000n;
const PCID_BITS = 0xfffn;

const DETAILS = `
The image is raw: the byte at offset n is that of physical address n. The tables are 4-level x86-64
ones. A line is a range mapped to adjacent physical addresses with pages of one size and the same
permissions; flags are r(ead), w(rite), x (execute), u(ser), g(lobal), as all levels together allow.
A table that shows up again is not listed again: its ranges are «as at» the first one's address.
Uncached mappings of what the image does not hold are marked as device memory. Damaged entries are
reported on standard error, with --json among the findings, and the walk goes on behind them.

Examples:
  $ cg walk memory.raw --cr3 0x2a0a000
  $ cg walk memory.raw --cr3 0x2a0a000 --from 0xffff800000000000
  $ cg walk memory.raw --cr3 0x2a0a000 --json | jq -c 'select(.kind == "damage")'

Exit codes: 0 all is well, 1 an entry is damaged, 2 the input is at fault.`;

function parseNumber(text: string): bigint {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) {
    throw new InvalidArgumentError('It must be a number, such as 0x1000.');
  }
  return BigInt(text);
}

/** CR3 as the register has it, without the bits that are no address. */
function parseCr3(text: string): number {
  const cr3 = parseNumber(text);
  if (cr3 >= 1n << 52n) {
    throw new InvalidArgumentError('It must be a physical address, below 2^52.');
  }
  return Number(cr3 - (cr3 & PCID_BITS));
}

/** A sign-extended address as 48 bits; 2^47 and 2^64 are ends of ranges. */
function parseVirtual(text: string): number {
  const address = parseNumber(text);
  if (address <= LOWER_HALF_END) {
    return Number(address);
  }
  if (address < UPPER_HALF || address > 1n << 64n) {
    throw new InvalidArgumentError('It must be a sign-extended 48-bit address.');
  }
  return Number(address - (1n << 64n)) + ADDRESS_END;
}

/** `cg walk`. `exit` is told the exit code. */
export function walkCommand(exit: (code: number) => void): Command {
  return new Command('walk')
    .description("list what a real machine's page tables map, from an image of its physical memory")
    .argument('<memory-image>', 'a raw image of physical memory')
    .requiredOption('--cr3 <address>', 'physical address of the top table, or the whole register', parseCr3)
    .option('--from <address>', 'first virtual address', parseVirtual, 0)
    .option('--to <address>', 'one past the last virtual address', parseVirtual, ADDRESS_END)
    .option('--json', 'print a JSON object a line')
    .addHelpText('after', DETAILS)
    .action(async (path: string, options: WalkOptions, command: Command) => {
      if (options.from >= options.to) {
        command.error('cg: --to must lie behind --from');
      }
      exit(await walkFile(path, options));
    });
}

async function walkFile(path: string, options: WalkOptions): Promise<number> {
  let image: ImageFile | undefined;
  try {
    image = new ImageFile(path);
    return await list(image, options);
  } catch (error) {
    process.stderr.write(`cg: ${inputError(path, error)}\n`);
    return EXIT.BAD_INPUT;
  } finally {
    image?.close();
  }
}

async function list(image: ImageFile, { cr3, from, to, json = false }: WalkOptions): Promise<number> {
  const out = new LineWriter(process.stdout);
  const reports = new LineWriter(process.stderr);
  let damaged = false;
  let headed = json;
  try {
    for (const finding of walkImage(image, cr3, { from, to })) {
      damaged ||= finding.kind === 'damage';
      if (json) {
        out.line(findingAsJson(finding));
      } else if (finding.kind === 'damage') {
        reports.line(describeDamage(finding));
      } else {
        if (!headed) {
          out.line(WALK_HEADING);
          headed = true;
        }
        out.line(describeRange(finding));
      }
      if (out.isFull || reports.isFull) {
        await out.flush();
        await reports.flush();
      }
    }
  } finally {
    await out.flush();
    await reports.flush();
  }
  return damaged ? EXIT.CHECK_FAILED : EXIT.OK;
}
