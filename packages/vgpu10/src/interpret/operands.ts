import { Vgpu10Error } from '../errors.js';
import type { OperandKind } from '../instruction-table.js';
import { maskOf, swizzleOf, type Index, type Operand } from '../program.js';
import { saturate } from './float-rules.js';
import type { Lane, RegisterFile } from './lane.js';

/** Writes the words that a source has for x, y, z and w to `into`. */
export type Reader = (lane: Lane, into: Uint32Array) => void;
/** Writes the components of a destination that are masked in. */
export type Writer = (lane: Lane, words: Uint32Array) => void;

/** What is declared, as far as operands are limited by it. */
export interface DeclaredSizes {
  /** The elements of each cb#. */
  readonly constants: ReadonlyMap<number, number>;
  readonly immediateConstants: RegisterFile;
}

const SIGN = 0x80000000;
const NOTHING: RegisterFile = /* @__PURE__ */ new Uint32Array(0);

/** The file of a register and its number in it; a number beyond the file means a register that is not there. */
interface Location {
  readonly file: (lane: Lane) => RegisterFile;
  readonly register: (lane: Lane) => number;
  /** The register, if it is the same for all lanes. */
  readonly fixed?: number | undefined;
}

/** Makes readers and writers of the operands of one statement. */
export class OperandCompiler {
  constructor(
    private readonly sizes: DeclaredSizes,
    private readonly at: number,
  ) {}

  /** A reader; registers that are not there read as 0. @throws Vgpu10Error EINVAL, ENOTSUP */
  reader(operand: Operand, kind: OperandKind): Reader {
    const read = this.rawReader(operand);
    switch (operand.modifier) {
      case 'NONE':
        return read;
      case 'NEG':
        return modified(read, isFloat(kind) ? (word) => (word ^ SIGN) >>> 0 : (word) => -word >>> 0);
      case 'ABS':
        return modified(read, isFloat(kind) ? (word) => word & ~SIGN : (word) => Math.abs(word | 0) >>> 0);
      case 'ABSNEG':
        return modified(
          read,
          isFloat(kind) ? (word) => (word | SIGN) >>> 0 : (word) => -Math.abs(word | 0) >>> 0,
        );
    }
  }

  private rawReader(operand: Operand): Reader {
    const [x, y, z, w] = swizzleOf(operand);
    const { type, immediate } = operand;
    if (type === 'IMMEDIATE32') {
      const words =
        immediate.length === 1 ? [immediate[0], immediate[0], immediate[0], immediate[0]] : immediate;
      const swizzled = Uint32Array.of(words[x], words[y], words[z], words[w]);
      return (_, into) => into.set(swizzled);
    }
    const { file, register, fixed } = this.location(operand);
    if (type === 'TEMP' && fixed !== undefined) {
      return tempReader(fixed, x, y, z, w);
    }
    return (lane, into) => {
      const words = file(lane);
      const base = 4 * (fixed ?? register(lane));
      if (base + 4 > words.length) {
        into.fill(0);
        return;
      }
      into[0] = words[base + x];
      into[1] = words[base + y];
      into[2] = words[base + z];
      into[3] = words[base + w];
    };
  }

  /** A writer; registers that are not there drop what is written. @throws Vgpu10Error EINVAL, ENOTSUP */
  writer(operand: Operand, saturates: boolean): Writer {
    if (operand.type === 'NULL') {
      return () => undefined;
    }
    if (!writable.has(operand.type)) {
      throw this.error('EINVAL', `${operand.type} cannot be written`);
    }
    const mask = maskOf(operand);
    const { file, register, fixed } = this.location(operand);
    return (lane, words) => {
      const into = file(lane);
      const base = 4 * (fixed ?? register(lane));
      if (base + 4 > into.length) {
        return;
      }
      for (let component = 0; component < 4; component++) {
        if ((mask >> component) & 1) {
          into[base + component] = saturates ? saturate(words[component]) : words[component];
        }
      }
    };
  }

  /** The number of a resource, a sampler or a label. @throws Vgpu10Error EINVAL, ENOTSUP */
  slot(operand: Operand, type: Operand['type']): number {
    const [index] = operand.indices;
    if (operand.type !== type || index === undefined) {
      throw this.error('EINVAL', `${operand.type} stands where ${type} should`);
    }
    if (index.relative !== undefined) {
      throw this.error('ENOTSUP', `${type} indexed dynamically`);
    }
    return index.offset;
  }

  private location(operand: Operand): Location {
    const { type, indices } = operand;
    const dimensions = indices.length;
    const index = (i: number) => this.index(indices, i, type);
    switch (type) {
      case 'TEMP':
        return { file: ({ temps }) => temps, register: index(0), fixed: fixedIndex(indices[0]) };
      case 'OUTPUT':
        return { file: ({ outputs }) => outputs, register: index(0), fixed: fixedIndex(indices[0]) };
      case 'INPUT': {
        const vertex = dimensions > 1 ? index(0) : () => 0;
        return {
          file: (lane) => lane.vertices[vertex(lane)] ?? NOTHING,
          register: index(dimensions > 1 ? 1 : 0),
          fixed: fixedIndex(indices[dimensions > 1 ? 1 : 0]),
        };
      }
      case 'INDEXABLE_TEMP': {
        const array = index(0);
        return { file: (lane) => lane.indexableTemps.get(array(lane)) ?? NOTHING, register: index(1) };
      }
      case 'CONSTANT_BUFFER':
        return this.constant(index(0), index(1));
      case 'IMMEDIATE_CONSTANT_BUFFER': {
        const { immediateConstants } = this.sizes;
        return { file: () => immediateConstants, register: index(0), fixed: fixedIndex(indices[0]) };
      }
      default:
        return { file: this.single(type), register: () => 0 };
    }
  }

  /** An element of a constant buffer: what lies beyond the declaration, or beyond the buffer, is not there. */
  private constant(slot: (lane: Lane) => number, element: (lane: Lane) => number): Location {
    const { constants } = this.sizes;
    return {
      file: (lane) => lane.constants[slot(lane)] ?? NOTHING,
      register: (lane) => {
        const wanted = element(lane);
        return wanted < (constants.get(slot(lane)) ?? 0) ? wanted : Infinity;
      },
    };
  }

  /** The file of a type with a single register. */
  private single(type: Operand['type']): Location['file'] {
    switch (type) {
      case 'OUTPUT_DEPTH':
      case 'OUTPUT_DEPTH_GREATER_EQUAL':
      case 'OUTPUT_DEPTH_LESS_EQUAL':
        return ({ depth }) => depth;
      case 'OUTPUT_COVERAGE_MASK':
        return ({ coverage }) => coverage;
      case 'INPUT_PRIMITIVEID':
        return ({ primitiveId }) => primitiveId;
      case 'INPUT_COVERAGE_MASK':
        return ({ inputCoverage }) => inputCoverage;
      case 'INPUT_GS_INSTANCE_ID':
        return ({ instanceId }) => instanceId;
      case 'NULL':
        return () => NOTHING;
      default:
        throw this.error('ENOTSUP', `${type} as an operand`);
    }
  }

  /** The value of an index: the sum wraps around. */
  private index(indices: readonly Index[], i: number, type: Operand['type']): (lane: Lane) => number {
    const index = indices[i];
    if (index === undefined) {
      throw this.error('EINVAL', `${type} with ${indices.length} indices`);
    }
    const { offset, relative } = index;
    if (relative === undefined) {
      return () => offset;
    }
    const read = this.reader(relative, 'u');
    const words = new Uint32Array(4);
    return (lane) => {
      read(lane, words);
      return (words[0] + offset) >>> 0;
    };
  }

  private error(code: 'EINVAL' | 'ENOTSUP', what: string): Vgpu10Error {
    return new Vgpu10Error(code, what, this.at);
  }
}

const writable: ReadonlySet<Operand['type']> = /* @__PURE__ */ new Set([
  'TEMP',
  'OUTPUT',
  'INDEXABLE_TEMP',
  'OUTPUT_DEPTH',
  'OUTPUT_DEPTH_GREATER_EQUAL',
  'OUTPUT_DEPTH_LESS_EQUAL',
  'OUTPUT_COVERAGE_MASK',
]);

const isFloat = (kind: OperandKind) => kind === 'f' || kind === 'x';

function fixedIndex(index: Index | undefined): number | undefined {
  return index?.relative === undefined ? index?.offset : undefined;
}

/** Of a temporary register, which shaders read more than any other. */
function tempReader(register: number, x: number, y: number, z: number, w: number): Reader {
  const base = 4 * register;
  return ({ temps }, into) => {
    if (base + 4 > temps.length) {
      into.fill(0);
      return;
    }
    into[0] = temps[base + x];
    into[1] = temps[base + y];
    into[2] = temps[base + z];
    into[3] = temps[base + w];
  };
}

function modified(read: Reader, change: (word: number) => number): Reader {
  return (lane, into) => {
    read(lane, into);
    for (let i = 0; i < 4; i++) {
      into[i] = change(into[i]);
    }
  };
}
