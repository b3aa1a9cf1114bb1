import { openMemoryImage, type CpuRegisters, type MemoryImage, type Segment } from '@cg/memory-image';
import { FileSource } from '@cg/memory-image/node';
import { modeOfCpu, soundness, type Paging, type PagingMode } from '@cg/pagewalk/image';

/** What the command line says of an image and its tables. */
export interface TableOptions {
  readonly cr3?: bigint;
  readonly paging?: PagingMode;
  readonly cpu?: number;
  readonly map?: readonly Segment[];
  readonly cBit?: number;
  readonly maxphyaddr?: number;
}

/** Something that the user must say, or has said wrongly. */
export class WalkInputError extends Error {
  override readonly name = 'WalkInputError';
}

/** An image, open, with the register and the mode that its tables are walked with. */
export interface ImageTables {
  readonly image: MemoryImage;
  readonly cr3: bigint;
  readonly paging: Paging;
  /** The CPU of the dump whose registers these are; undefined where the user gave CR3. */
  readonly cpu: number | undefined;
}

/** Opens a file and hands over its image; closes it afterwards, whatever happens. */
export async function withImage<Result>(
  path: string,
  { map }: TableOptions,
  work: (image: MemoryImage) => Result | Promise<Result>,
): Promise<Result> {
  const source = new FileSource(path);
  try {
    return await work(await openMemoryImage(source, map === undefined ? {} : { map }));
  } finally {
    source.close();
  }
}

/** The bits that the user has given for entries. */
export function pagingOf(mode: PagingMode, { cBit, maxphyaddr }: TableOptions): Paging {
  return {
    mode,
    ...(maxphyaddr === undefined ? {} : { physicalBits: maxphyaddr }),
    ...(cBit === undefined ? {} : { encryptionBit: cBit }),
  };
}

/**
 * Which tables to walk: those that the options name, else those of a CPU in the dump. A mode that registers
 * leave open is the one that makes the most sense of the tables.
 * @throws WalkInputError where neither says it
 */
export function tablesOf(image: MemoryImage, options: TableOptions): ImageTables {
  if (options.cr3 !== undefined) {
    const mode = options.paging ?? modeOfDump(image, options) ?? '4-level';
    return { image, cr3: options.cr3, paging: pagingOf(mode, options), cpu: undefined };
  }
  const number = options.cpu ?? 0;
  const cpu = image.cpus[number];
  if (cpu === undefined) {
    const message =
      image.cpus.length === 0
        ? 'the file has no registers: say --cr3, or look for candidates with --find'
        : `the file has the registers of ${image.cpus.length} CPUs, no CPU ${number}`;
    throw new WalkInputError(message);
  }
  const mode = options.paging ?? modeOfRegisters(image, cpu, options);
  return { image, cr3: cpu.cr3, paging: pagingOf(mode, options), cpu: number };
}

function modeOfDump(image: MemoryImage, options: TableOptions): PagingMode | undefined {
  const cpu = image.cpus[options.cpu ?? 0];
  return cpu === undefined ? undefined : modeOfCpu(cpu).mode;
}

function modeOfRegisters(image: MemoryImage, cpu: CpuRegisters, options: TableOptions): PagingMode {
  const { possible } = modeOfCpu(cpu);
  if (possible.length === 0) {
    throw new WalkInputError('paging was off on that CPU: say --cr3 and --paging, or another --cpu');
  }
  return fittest(image, cpu.cr3, possible, options)[0].mode;
}

/** The modes by how much sense they make of the tables, the best first; of equals the one named first. */
export function fittest(
  image: MemoryImage,
  cr3: bigint,
  modes: readonly PagingMode[],
  options: TableOptions,
): { readonly mode: PagingMode; readonly soundness: number }[] {
  const fits = modes.map((mode) => {
    try {
      return { mode, ...soundness(image, cr3, pagingOf(mode, options)) };
    } catch {
      // No table there: in this mode the register means another place.
      return { mode, soundness: -1 };
    }
  });
  return fits.toSorted((a, b) => b.soundness - a.soundness);
}
