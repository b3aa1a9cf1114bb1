import { PAGE_SIZE } from '@cg/pagetable';
import { boxRows, formatByName, SurfaceLayout, SurfaceLayoutError } from '@cg/surface-layout';
import { LitmusError } from '../errors.js';
import type {
  ByteRange,
  CopyCommand,
  MachineStatement,
  Program,
  Statement,
  SubmittedCommand,
  SurfaceStatement,
} from './statement.js';

/** Defaults of a program. */
export const MACHINE_DEFAULTS = { cpus: 2, memory: 8, objects: 64 } as const;

const PAGES_PER_MEBIBYTE = 2 ** 20 / PAGE_SIZE;
/** Each moved or huge mapping has its own address. */
const MOST_PLACED = 2 ** 16;
/** Each access searches all of them. */
const MOST_PROCESSES = 256;
/** Commands of one submission: 64 KiB of them fill a command buffer. */
const MOST_COMMANDS = 1024;

/**
 * Refuses statements that can never run: an offset outside a surface or buffer, a CPU that the machine does not have, a
 * copy between surfaces of different shapes. Statements that do not apply because of earlier steps are skipped by the
 * run instead.
 * @throws LitmusError EINVAL with the number of the statement, from 1, in `line`
 */
export function checkOperands(program: Program): void {
  const operands = new Operands(program);
  program.forEach((statement, i) => {
    const wrong = operands.wrong(statement);
    if (wrong !== undefined) {
      throw new LitmusError('EINVAL', wrong, i + 1);
    }
  });
}

interface KnownSurface {
  readonly statement: SurfaceStatement;
  readonly layout: SurfaceLayout;
}

/** The objects declared so far, and checks of later statements against them. */
class Operands {
  readonly #cpus: number;
  /** Pages of memory, and of graphics memory. */
  readonly #memory: number;
  readonly #graphics: number;
  readonly #buffers = new Map<string, number>();
  readonly #surfaces = new Map<string, KnownSurface>();
  #placed = 0;
  #processes = 0;

  constructor([first]: Program) {
    const machine: Omit<MachineStatement, 'kind'> = first?.kind === 'machine' ? first : {};
    const { cpus = MACHINE_DEFAULTS.cpus, memory = MACHINE_DEFAULTS.memory, graphics = Infinity } = machine;
    this.#cpus = cpus;
    this.#memory = memory * PAGES_PER_MEBIBYTE;
    this.#graphics = graphics;
  }

  /** The error in a statement; undefined if it is valid. */
  wrong(statement: Statement): string | undefined {
    switch (statement.kind) {
      case 'process':
      case 'fork':
        return ++this.#processes > MOST_PROCESSES
          ? `a program has at most ${MOST_PROCESSES} processes`
          : undefined;
      case 'buffer':
        this.#buffers.set(statement.name, statement.pages * PAGE_SIZE);
        return this.#wrongPages(statement.pages);
      case 'surface':
        return this.#wrongSurface(statement);
      case 'run':
        return this.#wrongCpu(statement.cpu);
      case 'store':
      case 'load':
        return this.#wrongCpu(statement.cpu) ?? this.#wrongRange(statement.name, statement);
      case 'map':
        return statement.as === 'huge'
          ? this.#wrongPlace(statement.name)
          : this.#wrongMapping(statement.name);
      case 'protect':
        return this.#wrongMapping(statement.name);
      case 'move':
        return this.#wrongPlace(statement.name);
      case 'unmap':
        return this.#wrongRange(statement.name, statement.range);
      case 'submit':
        return statement.commands.length > MOST_COMMANDS
          ? `a submission has at most ${MOST_COMMANDS} commands`
          : firstOf(statement.commands, (command) => this.#wrongCommand(command));
      case 'at':
        return this.wrong(statement.step);
      default:
        return undefined;
    }
  }

  #wrongPages(pages: number): string | undefined {
    if (pages > this.#memory) {
      return `${pages} pages are more than the machine's ${this.#memory} of memory`;
    }
    return pages > this.#graphics
      ? `${pages} pages are more than the machine's ${this.#graphics} of graphics memory`
      : undefined;
  }

  #wrongCpu(cpu: number): string | undefined {
    return cpu < this.#cpus
      ? undefined
      : `the machine has no CPU ${cpu}: it has ${this.#cpus}, counted from 0`;
  }

  #wrongSurface(statement: SurfaceStatement): string | undefined {
    const { name, layers, cube, backing } = statement;
    if (cube && layers !== 1) {
      return 'a cube has six faces and no layers';
    }
    let layout: SurfaceLayout;
    try {
      layout = layoutOf(statement);
    } catch (error) {
      return messageOf(error);
    }
    this.#surfaces.set(name, { statement, layout });
    const pages = Math.ceil(layout.bytes / PAGE_SIZE);
    if (backing === undefined) {
      return this.#wrongPages(pages) ?? this.#wrongCheck(pages, pages);
    }
    const { buffer, offset } = backing;
    const room = this.#buffers.get(buffer) ?? Infinity;
    return offset + layout.bytes > room
      ? `${layout.bytes} bytes from +${offset} on end outside "${buffer}"`
      : this.#wrongCheck(room / PAGE_SIZE, pages);
  }

  /** `check` needs the backing of a surface and a copy of it at the same time. */
  #wrongCheck(backing: number, copy: number): string | undefined {
    return backing + copy > this.#graphics
      ? `${backing} pages and ${copy} for a copy are more than the machine's ${this.#graphics} of graphics memory`
      : undefined;
  }

  #wrongPlace(name: string): string | undefined {
    return ++this.#placed > MOST_PLACED
      ? `a program moves mappings and makes huge ones at most ${MOST_PLACED} times`
      : this.#wrongMapping(name);
  }

  #wrongMapping(name: string): string | undefined {
    return this.#surfaces.get(name)?.statement.plain === true
      ? `"${name}" is plain, so it cannot be mapped`
      : undefined;
  }

  /** A mapping has whole pages, also of a surface that ends inside one. */
  #wrongRange(name: string, range: ByteRange | undefined): string | undefined {
    const bytes = this.#buffers.get(name) ?? this.#surfaces.get(name)?.layout.bytes ?? Infinity;
    const mapped = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    return range !== undefined && range.offset + range.bytes > mapped
      ? `${range.bytes} bytes from +${range.offset} on end outside "${name}", of which ${mapped} are mapped`
      : this.#wrongMapping(name);
  }

  #wrongCommand(command: SubmittedCommand): string | undefined {
    return command.kind === 'copy' ? this.#wrongCopy(command) : this.#wrongSwitch(command);
  }

  #wrongSwitch({ surface, buffer }: Extract<SubmittedCommand, { kind: 'switch' }>): string | undefined {
    const known = this.#surfaces.get(surface);
    if (known?.statement.plain === true) {
      return `"${surface}" is plain, so that it cannot be moved`;
    }
    const room = this.#buffers.get(buffer) ?? Infinity;
    return (known?.layout.bytes ?? 0) > room
      ? `"${surface}" has ${known?.layout.bytes} bytes, "${buffer}" only ${room}`
      : undefined;
  }

  #wrongCopy({ from, to, part }: CopyCommand): string | undefined {
    if (from === to) {
      return `"${from}" cannot be copied to itself`;
    }
    const [source, target] = [this.#surfaces.get(from), this.#surfaces.get(to)];
    if (source === undefined || target === undefined) {
      return undefined;
    }
    if (!haveSameShape(source.statement, target.statement)) {
      return `"${from}" and "${to}" have different shapes`;
    }
    if (part === undefined) {
      return undefined;
    }
    const { layout } = source;
    if (part.subresource >= layout.subresourceCount) {
      return `"${from}" has no subresource ${part.subresource}: it has ${layout.subresourceCount}, counted from 0`;
    }
    try {
      boxRows(layout, part.subresource, part.box);
      return undefined;
    } catch (error) {
      const { width, height, depth } = layout.mipOf(part.subresource);
      return `${messageOf(error)}; "${from}" is ${width}x${height}x${depth} there`;
    }
  }
}

const layouts = new WeakMap<SurfaceStatement, SurfaceLayout>();

/** @throws SurfaceLayoutError for a surface that is impossible */
export function layoutOf(statement: SurfaceStatement): SurfaceLayout {
  let layout = layouts.get(statement);
  if (layout === undefined) {
    const { width, height, depth, mips, samples, layers, cube } = statement;
    layout = new SurfaceLayout({
      format: formatByName(statement.format)?.id ?? 0,
      width,
      height,
      depth,
      mipLevels: mips,
      layers: cube ? 6 : layers,
      samples,
    });
    layouts.set(statement, layout);
  }
  return layout;
}

/** Whether whole surfaces can be copied from one to the other. */
export function haveSameShape(a: SurfaceStatement, b: SurfaceStatement): boolean {
  return (
    a.format === b.format &&
    a.width === b.width &&
    a.height === b.height &&
    a.depth === b.depth &&
    a.mips === b.mips &&
    a.layers === b.layers &&
    a.samples === b.samples &&
    a.cube === b.cube
  );
}

function firstOf<T>(items: readonly T[], wrong: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = wrong(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof SurfaceLayoutError) {
    return error.message;
  }
  throw error;
}
