import type { OperandType, ResourceDimension } from '../enumerations.js';
import { maskOf, type Declaration, type DeclarationOpcode, type Operand } from '../program.js';

/** Limits of VGPU10ShaderTokens.h (VGPU10_MAX_…): how many registers of a type there are. */
const limits: Partial<Record<OperandType, number>> = {
  INPUT: 32,
  OUTPUT: 32,
  CONSTANT_BUFFER: 15,
  SAMPLER: 16,
  RESOURCE: 128,
};
const MOST_ELEMENTS = 4096;
const MOST_TEMPS = 4096;

/** The declarations that there are once for all, or once for each register. */
const onceForAll: ReadonlySet<DeclarationOpcode> = /* @__PURE__ */ new Set([
  'DCL_TEMPS',
  'DCL_GLOBAL_FLAGS',
  'DCL_IMMEDIATE_CONSTANT_BUFFER',
  'DCL_GS_INPUT_PRIMITIVE',
  'DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY',
  'DCL_MAX_OUTPUT_VERTEX_COUNT',
]);

/** What a shader declares, and whether what its instructions name is there. */
export class DeclaredRegisters {
  private readonly seen = new Set<DeclarationOpcode>();
  /** The components that are declared of each register, by type and number. */
  private readonly masks = new Map<string, number>();
  /** The elements of x#, cb# and icb. */
  private readonly elements = new Map<string, number>();
  private readonly dimensions = new Map<number, ResourceDimension>();
  private temps = 0;
  private allTemps = 0;

  has(opcode: DeclarationOpcode): boolean {
    return this.seen.has(opcode);
  }

  dimensionOf(resource: number): ResourceDimension | undefined {
    return this.dimensions.get(resource);
  }

  /** @returns what is wrong with the declaration */
  declare(declaration: Declaration): string | undefined {
    const { opcode } = declaration;
    const isSecond = this.seen.has(opcode) && onceForAll.has(opcode);
    this.seen.add(opcode);
    if (isSecond) {
      return `a second ${opcode}`;
    }
    switch (declaration.opcode) {
      case 'DCL_TEMPS':
        this.temps = declaration.count;
        return this.addTemps(declaration.count);
      case 'DCL_INDEXABLE_TEMP':
        return (
          this.addArray('INDEXABLE_TEMP', declaration.register, declaration.size) ??
          this.addTemps(declaration.size)
        );
      case 'DCL_IMMEDIATE_CONSTANT_BUFFER':
        return this.addArray('IMMEDIATE_CONSTANT_BUFFER', 0, declaration.words.length / 4);
      case 'DCL_CONSTANT_BUFFER': {
        const [slot, size] = declaration.operand.indices;
        return slot === undefined || size === undefined
          ? 'a constant buffer without a number and a size'
          : (this.limit('CONSTANT_BUFFER', slot.offset) ??
              this.addArray('CONSTANT_BUFFER', slot.offset, size.offset));
      }
      case 'DCL_RESOURCE':
        this.dimensions.set(declaration.operand.indices[0]?.offset ?? 0, declaration.dimension);
        return this.addRegister(declaration.operand);
      default:
        return 'operand' in declaration && opcode !== 'DCL_INDEX_RANGE'
          ? this.addRegister(declaration.operand)
          : undefined;
    }
  }

  private limit(type: OperandType, register: number): string | undefined {
    const limit = limits[type];
    return limit !== undefined && register >= limit ? `${type} ${register}, of ${limit} at most` : undefined;
  }

  private addTemps(count: number): string | undefined {
    this.allTemps += count;
    return this.allTemps > MOST_TEMPS
      ? `${this.allTemps} temporary registers, of ${MOST_TEMPS} at most`
      : undefined;
  }

  private addArray(type: OperandType, register: number, elements: number): string | undefined {
    const key = `${type} ${register}`;
    if (this.elements.has(key)) {
      return `${key} is declared twice`;
    }
    this.elements.set(key, elements);
    return elements > MOST_ELEMENTS
      ? `${key} with ${elements} elements, of ${MOST_ELEMENTS} at most`
      : undefined;
  }

  /** A register may be declared again with other components: several values can share it. */
  private addRegister(operand: Operand): string | undefined {
    const { type, indices } = operand;
    const register = indices.at(-1)?.offset ?? 0;
    const key = `${type} ${register}`;
    const before = this.masks.get(key) ?? 0;
    const mask = maskOf(operand);
    this.masks.set(key, before | mask | ANY);
    return (before & mask) === 0 && (before === 0 || mask !== 0)
      ? this.limit(type, register)
      : `${key} is declared twice`;
  }

  /**
   * What is wrong with the register of an operand.
   * @param mask the components that are read or written
   */
  missing({ type, indices }: Operand, mask: number): string | undefined {
    const last = indices.at(-1);
    switch (type) {
      case 'TEMP':
        return last!.offset < this.temps ? undefined : `r${last!.offset} is not declared`;
      case 'INPUT':
      case 'OUTPUT':
        return last!.relative === undefined ? this.missingRegister(type, last!.offset, mask) : undefined;
      case 'INDEXABLE_TEMP':
      case 'CONSTANT_BUFFER':
        return this.missingElement(type, indices[0].offset, last!);
      case 'IMMEDIATE_CONSTANT_BUFFER':
        return this.missingElement(type, 0, last!);
      case 'SAMPLER':
      case 'RESOURCE':
      case 'UAV':
      case 'THREAD_GROUP_SHARED_MEMORY':
      case 'STREAM':
        return this.masks.has(`${type} ${last!.offset}`)
          ? undefined
          : `${type} ${last!.offset} is not declared`;
      case 'OUTPUT_DEPTH':
      case 'OUTPUT_COVERAGE_MASK':
      case 'INPUT_PRIMITIVEID':
        return this.masks.has(`${type} 0`) ? undefined : `${type} is not declared`;
      default:
        return undefined;
    }
  }

  private missingRegister(type: OperandType, register: number, mask: number): string | undefined {
    const missing = mask & ~(this.masks.get(`${type} ${register}`) ?? 0);
    return missing === 0
      ? undefined
      : `${type} ${register} is not declared with all components that are used`;
  }

  private missingElement(
    type: OperandType,
    register: number,
    index: Operand['indices'][number],
  ): string | undefined {
    const elements = this.elements.get(`${type} ${register}`);
    if (elements === undefined) {
      return `${type} ${register} is not declared`;
    }
    return index.relative === undefined && index.offset >= elements
      ? `element ${index.offset} of ${type} ${register}, which has ${elements}`
      : undefined;
  }
}

/** Marks a register as declared, though with no component. */
const ANY = 16;
