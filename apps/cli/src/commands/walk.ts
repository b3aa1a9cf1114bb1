import { MemoryImageError, type Segment } from '@cg/memory-image';
import { compareImages, explainAddress, PageWalkError, PAGING_MODES } from '@cg/pagewalk/image';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../exit-codes.js';
import { changeAsJson, describeChange } from '../output/change-text.js';
import { explanationJson, explanationText } from '../output/explain-text.js';
import { fileError } from '../output/file-error.js';
import { LineWriter } from '../output/line-writer.js';
import { VirtualAddresses } from '../output/virtual-address.js';
import { addressBits, type WalkRange } from '../walk/address-range.js';
import { tablesOf, WalkInputError, withImage, type TableOptions } from '../walk/image-tables.js';
import { listMappings } from '../walk/list-mappings.js';

interface WalkOptions extends TableOptions, WalkRange {
  readonly find?: boolean;
  readonly explain?: bigint;
  readonly changed?: boolean;
  readonly json?: boolean;
}

const DETAILS = `
The file is known by its first bytes: ELF cores (QEMU, VirtualBox, Linux), kdump (zlib, LZO, Snappy,
zstd; flattened too), LiME, 64-bit Windows dumps (full, bitmap). Anything else is raw: the byte at
offset n is that of physical address n, or as --map says. CR3 and the paging mode come from the
registers in the file where it has them.

A line is a range mapped to adjacent physical addresses by pages of one size with the same flags:
r(ead), w(rite), x (execute), u(ser), g(lobal), as all levels together allow, a(ccessed) and d(irty)
as the leaf says; behind it PWT, PCD, PAT and the protection key where set. A table that shows up
again is not listed again: its ranges are «as at» the first one's address. Damaged entries are
reported on standard error, with --json among the findings, and the walk goes on behind them.

Examples:
  $ cg walk dump.elf
  $ cg walk memory.raw --cr3 0x2a0a000 --from 0xffff800000000000
  $ cg walk memory.raw --find
  $ cg walk dump.elf --explain 0xffffffff81000000
  $ cg walk before.elf after.elf --changed
  $ cg walk memory.raw --cr3 0x1000 --map 0=0:0xc0000000 --map 0x100000000=0xc0000000:0x40000000

Exit codes: 0 all is well, 1 an entry is damaged, an address faults or nothing was found, 2 the
input is at fault.`;

function parseNumber(text: string): bigint {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) {
    throw new InvalidArgumentError('It must be a number, such as 0x1000.');
  }
  return BigInt(text);
}

function parse64(text: string): bigint {
  const value = parseNumber(text);
  if (value > 1n << 64n) {
    throw new InvalidArgumentError('It must have 64 bits.');
  }
  return value;
}

/** CR3 as the register has it. */
function parseCr3(text: string): bigint {
  const cr3 = parseNumber(text);
  if (cr3 >= 1n << 64n) {
    throw new InvalidArgumentError('It must have 64 bits.');
  }
  return cr3;
}

function parseSmall(text: string): number {
  const value = parseNumber(text);
  if (value > 0xffffn) {
    throw new InvalidArgumentError('It is too large.');
  }
  return Number(value);
}

function parseMap(text: string, previous: readonly Segment[] | undefined): Segment[] {
  const [, ...parts] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
  if (parts.length === 0) {
    throw new InvalidArgumentError('It must be <physical>=<file offset>:<size>.');
  }
  const [physical, offset, size] = parts.map(parseNumber);
  if (size === 0n || [physical, offset, size].some((value) => value >= 1n << 52n)) {
    throw new InvalidArgumentError('Its numbers must be below 2^52, its size above 0.');
  }
  return [...(previous ?? []), { physical: Number(physical), offset: Number(offset), size: Number(size) }];
}

/** `cg walk`. `exit` is told the exit code. */
export function walkCommand(exit: (code: number) => void): Command {
  return new Command('walk')
    .description("list what a real machine's page tables map, from a file of its physical memory")
    .argument('<memory-image>', 'a raw image or a dump of physical memory')
    .argument('[later-image]', 'another of the same machine, with --changed')
    .option('--cr3 <address>', 'the register, or the physical address of the top table', parseCr3)
    .addOption(
      new Option('--paging <mode>', 'how entries are read, where the file does not say').choices([
        ...PAGING_MODES,
      ]),
    )
    .option('--cpu <n>', 'the CPU whose registers are used', parseSmall)
    .option('--from <address>', 'first virtual address', parse64)
    .option('--to <address>', 'one past the last virtual address', parse64)
    .option('--map <physical=offset:size>', 'where a part of a raw file belongs; several', parseMap)
    .option('--c-bit <bit>', 'the bit of an entry that marks encrypted memory: 47, 51', parseSmall)
    .option('--maxphyaddr <bits>', 'bits of a physical address; those above are reserved', parseSmall)
    .option('--explain <address>', 'translate one address, level by level', parse64)
    .option('--changed', 'list what differs between two images: accessed, dirty, permissions, frames')
    .option('--find', 'look for pages that may be top tables')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', DETAILS)
    .action(async (path: string, later: string | undefined, options: WalkOptions, command: Command) => {
      const wanted = [options.explain, options.changed, options.find].filter(
        (option) => option !== undefined,
      );
      if (wanted.length > 1) {
        command.error('cg: --explain, --changed and --find exclude one another');
      }
      if (wanted.length > 0 && (options.from ?? options.to) !== undefined) {
        command.error('cg: --from and --to clip a listing, not --explain, --changed or --find');
      }
      if (options.find === true && (options.cr3 ?? options.cpu) !== undefined) {
        command.error('cg: --find looks for what --cr3 and --cpu say');
      }
      if ((later === undefined) === (options.changed === true)) {
        command.error('cg: --changed takes two images, anything else takes one');
      }
      exit(await guarded(path, () => walk(path, later, options)));
    });
}

/** Says in one line what is wrong with the input. */
async function guarded(path: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isOurs = [WalkInputError, PageWalkError, MemoryImageError].some((kind) => error instanceof kind);
    const line = isOurs ? `${path}: ${(error as Error).message}` : fileError(path, error);
    process.stderr.write(`cg: ${line}\n`);
    return EXIT.BAD_INPUT;
  }
}

function walk(path: string, later: string | undefined, options: WalkOptions): Promise<number> {
  return withImage(path, options, async (image) => {
    if (options.find === true) {
      // Loaded for this alone: its table and its progress bar are libraries.
      const { findCandidates } = await import('../walk/find-candidates.js');
      return findCandidates(image, options);
    }
    const tables = tablesOf(image, options);
    const { cr3, paging } = tables;
    if (options.explain !== undefined) {
      const translation = explainAddress(image, cr3, paging, options.explain);
      const text = options.json === true ? explanationJson : explanationText;
      process.stdout.write(`${text(translation, image, paging.mode)}\n`);
      return translation.fault === undefined ? EXIT.OK : EXIT.CHECK_FAILED;
    }
    if (later === undefined) {
      return listMappings(tables, options);
    }
    return guarded(later, () =>
      withImage(later, options, async (after) => {
        const tablesAfter = tablesOf(after, options);
        if (tablesAfter.paging.mode !== paging.mode) {
          throw new WalkInputError(`${tablesAfter.paging.mode} paging, ${paging.mode} before`);
        }
        const addresses = new VirtualAddresses(addressBits(paging.mode));
        const describe = options.json === true ? changeAsJson : describeChange;
        const out = new LineWriter(process.stdout);
        let any = false;
        for (const change of compareImages(tables, tablesAfter, paging)) {
          any = true;
          out.line(describe(change, addresses));
          if (out.isFull) {
            await out.flush();
          }
        }
        if (!any && options.json !== true) {
          out.line('nothing changed');
        }
        await out.flush();
        return EXIT.OK;
      }),
    );
  });
}
