import {
  isInstruction,
  maskOf,
  type Declaration,
  type InterpolationMode,
  type Operand,
  type Primitive,
  type PrimitiveTopology,
  type Program,
  type ResourceDimension,
  type Statement,
  type SystemName,
} from '@cg/vgpu10';
import { TranslateError, type StageName } from '../errors.js';

/** An input or output register, or a part of one. */
export interface RegisterDeclaration {
  readonly register: number;
  readonly mask: number;
  readonly name: SystemName;
  /** Of a pixel shader's input. */
  readonly interpolation: InterpolationMode;
  readonly at: number;
}

/** A register that is no v# and no o#. */
type SpecialOutput = 'depth' | 'coverage';

interface ResourceDeclaration {
  readonly dimension: ResourceDimension;
  readonly at: number;
}

/** What a shader declares, and its statements. */
export interface StageInterface {
  readonly stage: StageName;
  readonly statements: readonly Statement[];
  /** Elements of 16 bytes by slot. */
  readonly constants: ReadonlyMap<number, number>;
  readonly inputs: readonly RegisterDeclaration[];
  readonly outputs: readonly RegisterDeclaration[];
  readonly special: ReadonlySet<SpecialOutput>;
  /** Elements by x#. */
  readonly arrays: ReadonlyMap<number, number>;
  readonly resources: ReadonlyMap<number, ResourceDeclaration>;
  readonly immediates: Uint32Array;
  readonly primitive: Primitive;
  readonly topology: PrimitiveTopology;
  readonly maxVertices: number;
}

/** Of constant buffers and indexable temps, as Direct3D 10 has them. */
const MOST_ELEMENTS = 4096;
const MOST_REGISTERS = 64;
const MOST_RESOURCES = 128;
const MOST_CONSTANT_BUFFERS = 16;
/** Direct3D 10: 1024 words. */
const MOST_VERTICES = 1024;
const TYPES = { vertex: 'VERTEX', geometry: 'GEOMETRY', pixel: 'PIXEL' } as const;

/**
 * * Reads the declarations of a shader.
 * @throws TranslateError EINVAL for another type of shader, or declarations without a meaning; ENOTSUP for those of
 *   SM5; E2BIG for numbers beyond those of Direct3D 10
 */
export function stageInterface(stage: StageName, program: Program): StageInterface {
  if (program.type !== TYPES[stage]) {
    throw new TranslateError('EINVAL', `a ${program.type} shader`, stage, 0);
  }
  const reader = new DeclarationReader(stage);
  for (const statement of program.statements) {
    if (!isInstruction(statement)) {
      reader.read(statement);
    }
  }
  return { ...reader, stage, statements: program.statements };
}

class DeclarationReader {
  readonly constants = new Map<number, number>();
  readonly inputs: RegisterDeclaration[] = [];
  readonly outputs: RegisterDeclaration[] = [];
  readonly special = new Set<SpecialOutput>();
  readonly arrays = new Map<number, number>();
  readonly resources = new Map<number, ResourceDeclaration>();
  immediates: Uint32Array = new Uint32Array();
  primitive: Primitive = 'UNDEFINED';
  topology: PrimitiveTopology = 'UNDEFINED';
  maxVertices = 0;
  readonly #stage: StageName;

  constructor(stage: StageName) {
    this.#stage = stage;
  }

  read(declaration: Declaration): void {
    const { at } = declaration;
    switch (declaration.opcode) {
      case 'DCL_CONSTANT_BUFFER': {
        const [slot, size] = this.#indices(declaration.operand, 2, at);
        this.#limit('constant buffer slots', slot + 1, MOST_CONSTANT_BUFFERS, at);
        this.#limit('elements of a constant buffer', size, MOST_ELEMENTS, at);
        this.constants.set(slot, size);
        break;
      }
      case 'DCL_RESOURCE': {
        const [slot] = this.#indices(declaration.operand, 1, at);
        this.#limit('resources', slot + 1, MOST_RESOURCES, at);
        this.resources.set(slot, { dimension: declaration.dimension, at });
        break;
      }
      case 'DCL_INDEXABLE_TEMP':
        this.#limit('elements of an indexable temp', declaration.size, MOST_ELEMENTS, at);
        this.arrays.set(declaration.register, declaration.size);
        break;
      case 'DCL_IMMEDIATE_CONSTANT_BUFFER':
        this.#limit('immediate constants', declaration.words.length / 4, MOST_ELEMENTS, at);
        this.immediates = declaration.words;
        break;
      case 'DCL_GS_INPUT_PRIMITIVE':
        this.primitive = declaration.primitive;
        break;
      case 'DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY':
        this.topology = declaration.topology;
        break;
      case 'DCL_MAX_OUTPUT_VERTEX_COUNT':
        this.#limit('vertices of a geometry shader', declaration.count, MOST_VERTICES, at);
        this.maxVertices = declaration.count;
        break;
      case 'DCL_SAMPLER':
      case 'DCL_TEMPS':
      case 'DCL_INDEX_RANGE':
      case 'DCL_GLOBAL_FLAGS':
      case 'CUSTOMDATA':
        break;
      default:
        this.#readRegister(declaration);
    }
  }

  #readRegister(declaration: Declaration): void {
    const { at } = declaration;
    switch (declaration.opcode) {
      case 'DCL_INPUT':
      case 'DCL_INPUT_SGV':
      case 'DCL_INPUT_SIV':
      case 'DCL_INPUT_PS':
      case 'DCL_INPUT_PS_SGV':
      case 'DCL_INPUT_PS_SIV':
        if (declaration.operand.type === 'INPUT') {
          this.#addRegister(
            this.inputs,
            declaration,
            'interpolation' in declaration ? declaration.interpolation : 'UNDEFINED',
          );
        } else if (declaration.operand.type !== 'INPUT_PRIMITIVEID') {
          throw this.#error('ENOTSUP', `an input ${declaration.operand.type}`, at);
        }
        break;
      case 'DCL_OUTPUT':
      case 'DCL_OUTPUT_SGV':
      case 'DCL_OUTPUT_SIV':
        this.#addOutput(declaration);
        break;
      default:
        throw this.#error('ENOTSUP', declaration.opcode, at);
    }
  }

  #addOutput(declaration: Declaration & { readonly operand: Operand }): void {
    switch (declaration.operand.type) {
      case 'OUTPUT':
        this.#addRegister(this.outputs, declaration, 'UNDEFINED');
        break;
      case 'OUTPUT_DEPTH':
        this.special.add('depth');
        break;
      case 'OUTPUT_COVERAGE_MASK':
        this.special.add('coverage');
        break;
      default:
        throw this.#error('ENOTSUP', `an output ${declaration.operand.type}`, declaration.at);
    }
  }

  #addRegister(
    to: RegisterDeclaration[],
    declaration: Declaration & { readonly operand: Operand },
    interpolation: InterpolationMode,
  ): void {
    const { operand, at } = declaration;
    const register = operand.indices.at(-1)?.offset;
    if (register === undefined) {
      throw this.#error('EINVAL', `${declaration.opcode} without a register`, at);
    }
    this.#limit('registers', register + 1, MOST_REGISTERS, at);
    const name = 'name' in declaration ? (declaration.name as SystemName) : 'UNDEFINED';
    const mask = maskOf(operand);
    if (to.some((other) => other.register === register && (other.mask & mask) !== 0)) {
      return;
    }
    to.push({ register, mask, name, interpolation, at });
  }

  /** The immediate indices of an operand. */
  #indices(operand: Operand, count: number, at: number): number[] {
    if (operand.indices.length !== count || operand.indices.some(({ relative }) => relative !== undefined)) {
      throw this.#error('EINVAL', `a declaration of ${operand.type} with other than ${count} numbers`, at);
    }
    return operand.indices.map(({ offset }) => offset);
  }

  #limit(what: string, count: number, most: number, at: number): void {
    if (count > most) {
      throw this.#error('E2BIG', `${count} ${what}, more than ${most}`, at);
    }
  }

  #error(code: 'EINVAL' | 'ENOTSUP' | 'E2BIG', what: string, at: number): TranslateError {
    return new TranslateError(code, what, this.#stage, at);
  }
}
