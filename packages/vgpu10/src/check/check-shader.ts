import { controlFlow } from '../control-flow.js';
import type { OperandType, ProgramType } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import { instructionLayouts, type InstructionOpcode, type OperandKind } from '../instruction-table.js';
import {
  isInstruction,
  maskOf,
  swizzleOf,
  type Instruction,
  type Operand,
  type Program,
} from '../program.js';
import { DeclaredRegisters } from './declared-registers.js';
import type { ShaderFault } from './shader-fault.js';

/**
 * The rules of Direct3D that a shader breaks, in the order of its statements: blocks, registers that are not declared,
 * operands of the wrong kind, instructions of another stage or model, reserved bits. None for what Mesa sends.
 */
export function checkShader(program: Program): ShaderFault[] {
  return new Checker(program).check();
}

class Checker {
  private readonly declared = new DeclaredRegisters();
  private readonly faults: ShaderFault[] = [];
  private at = 0;

  constructor(private readonly program: Program) {}

  check(): ShaderFault[] {
    const { statements, type } = this.program;
    for (const statement of statements) {
      this.at = statement.at;
      if (statement.reserved !== 0) {
        this.fault(`reserved bits 0x${statement.reserved.toString(16)} of ${statement.opcode}`);
      }
      if (isInstruction(statement)) {
        this.instruction(statement);
      } else {
        this.fault(this.declared.declare(statement));
      }
    }
    this.blocks();
    if (type === 'GEOMETRY') {
      this.at = 0;
      for (const opcode of geometryDeclarations) {
        this.fault(this.declared.has(opcode) ? undefined : `a geometry shader without ${opcode}`);
      }
    }
    return this.faults;
  }

  private fault(what: string | undefined): void {
    if (what !== undefined) {
      this.faults.push({ at: this.at, what });
    }
  }

  private blocks(): void {
    try {
      controlFlow(this.program.statements);
    } catch (error) {
      if (!(error instanceof Vgpu10Error)) {
        throw error;
      }
      this.faults.push({ at: error.at, what: error.what });
    }
  }

  private instruction(instruction: Instruction): void {
    const { opcode, destinations, sources } = instruction;
    const { type, major, minor } = this.program;
    const stages = stagesOf[opcode];
    if (stages !== undefined && !stages.includes(type)) {
      this.fault(`${opcode} in a ${type.toLowerCase()} shader`);
    }
    const model = modelOf(opcode);
    if (model > 10 * major + minor) {
      this.fault(`${opcode}, which is of shader model ${model / 10}, in ${major}.${minor}`);
    }
    const layout = instructionLayouts[opcode];
    let written = 0;
    for (const [i, operand] of destinations.entries()) {
      written |= maskOf(operand);
      this.operand(operand, layout.destinations[i], maskOf(operand), true);
    }
    for (const [i, operand] of sources.entries()) {
      const lanes = destinations.length === 0 || layout.hasResource ? 1 : (lanesOf[opcode] ?? written);
      this.operand(operand, layout.sources[i], componentsRead(operand, lanes), false);
    }
    this.dimension(instruction);
  }

  private operand(operand: Operand, kind: OperandKind, mask: number, isDestination: boolean): void {
    const { type, indices, selection, reserved } = operand;
    const unexpected = selection.mode === 'select' ? reserved & ~OTHER_COMPONENTS : reserved;
    if (unexpected !== 0) {
      this.fault(`reserved bits 0x${(unexpected >>> 0).toString(16)} of an operand ${type}`);
    }
    const types = typesOf[kind];
    if (
      types !== undefined ? !types.includes(type) : isDestination ? !writable.has(type) : unreadable.has(type)
    ) {
      this.fault(`${type} as a ${isDestination ? 'destination' : 'source'}`);
      return;
    }
    const dimensions = dimensionsOf[type] ?? 0;
    const isVertex = type === 'INPUT' && this.program.type !== 'VERTEX' && this.program.type !== 'PIXEL';
    if (indices.length !== dimensions && !(isVertex && indices.length === 2)) {
      this.fault(`${type} with ${indices.length} indices`);
      return;
    }
    for (const { relative } of indices) {
      if (relative !== undefined) {
        this.operand(relative, 'u', componentsRead(relative, 1), false);
      }
    }
    this.fault(this.declared.missing(operand, mask));
  }

  /** Whether the resource of an instruction has a dimension that it can read. */
  private dimension({ opcode, sources }: Instruction): void {
    const allowed = dimensionsRead[opcode];
    const resource = sources.find(({ type }) => type === 'RESOURCE')?.indices[0]?.offset;
    const dimension = resource === undefined ? undefined : this.declared.dimensionOf(resource);
    if (allowed !== undefined && dimension !== undefined && !allowed.test(dimension)) {
      this.fault(`${opcode} of a resource ${dimension}`);
    }
  }
}

/** The components of its register that a source reads for the lanes in `lanes`. */
function componentsRead(operand: Operand, lanes: number): number {
  return swizzleOf(operand).reduce(
    (mask, component, i) => ((lanes >> i) & 1 ? mask | (1 << component) : mask),
    0,
  );
}

/** The lanes that dot products read; others read those that they write. */
const lanesOf: Partial<Record<InstructionOpcode, number>> = { DP2: 3, DP3: 7, DP4: 15 };

/** Bits of a token that selects one component, where a swizzle has those for y, z and w: any are as good. */
const OTHER_COMPONENTS = 0b111111 * 2 ** 6;

const geometryDeclarations = [
  'DCL_GS_INPUT_PRIMITIVE',
  'DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY',
  'DCL_MAX_OUTPUT_VERTEX_COUNT',
] as const;

const pixel: readonly ProgramType[] = ['PIXEL'];
const geometry: readonly ProgramType[] = ['GEOMETRY'];

/** The instructions that some stages alone have. */
const stagesOf: Partial<Record<InstructionOpcode, readonly ProgramType[]>> = {
  DISCARD: pixel,
  DERIV_RTX: pixel,
  DERIV_RTY: pixel,
  DERIV_RTX_COARSE: pixel,
  DERIV_RTX_FINE: pixel,
  DERIV_RTY_COARSE: pixel,
  DERIV_RTY_FINE: pixel,
  LOD: pixel,
  EVAL_CENTROID: pixel,
  EVAL_SAMPLE_INDEX: pixel,
  EVAL_SNAPPED: pixel,
  EMIT: geometry,
  CUT: geometry,
  EMITTHENCUT: geometry,
  EMIT_STREAM: geometry,
  CUT_STREAM: geometry,
  EMITTHENCUT_STREAM: geometry,
};

/** The shader model that brought an instruction, times ten. */
function modelOf(opcode: InstructionOpcode): number {
  const number = instructionLayouts[opcode].opcode;
  if (opcode === 'DFRC' || opcode === 'DRSQ') {
    return 50;
  }
  return number < 108 ? 40 : number < 113 ? 41 : 50;
}

/** The types of register that operands of a kind have; kinds of numbers have all that can be read or written. */
const typesOf: Partial<Record<OperandKind, readonly OperandType[]>> = {
  t: ['RESOURCE', 'UAV', 'THREAD_GROUP_SHARED_MEMORY'],
  p: ['RESOURCE', 'RASTERIZER'],
  s: ['SAMPLER'],
  g: ['UAV', 'THREAD_GROUP_SHARED_MEMORY'],
  m: ['STREAM'],
  l: ['LABEL'],
  n: ['INTERFACE'],
};

const writable: ReadonlySet<OperandType> = /* @__PURE__ */ new Set([
  'TEMP',
  'OUTPUT',
  'INDEXABLE_TEMP',
  'NULL',
  'OUTPUT_DEPTH',
  'OUTPUT_DEPTH_GREATER_EQUAL',
  'OUTPUT_DEPTH_LESS_EQUAL',
  'OUTPUT_COVERAGE_MASK',
]);
const unreadable: ReadonlySet<OperandType> = /* @__PURE__ */ new Set([
  'SAMPLER',
  'RESOURCE',
  'LABEL',
  'NULL',
  'RASTERIZER',
  'STREAM',
  'INTERFACE',
  'UAV',
  'THREAD_GROUP_SHARED_MEMORY',
]);

/** How many indices a register has; those that are not listed have none. */
const dimensionsOf: Partial<Record<OperandType, number>> = {
  TEMP: 1,
  INPUT: 1,
  OUTPUT: 1,
  INDEXABLE_TEMP: 2,
  SAMPLER: 1,
  RESOURCE: 1,
  CONSTANT_BUFFER: 2,
  IMMEDIATE_CONSTANT_BUFFER: 1,
  LABEL: 1,
  STREAM: 1,
  UAV: 1,
  THREAD_GROUP_SHARED_MEMORY: 1,
  INTERFACE: 2,
  INPUT_CONTROL_POINT: 2,
  OUTPUT_CONTROL_POINT: 2,
  INPUT_PATCH_CONSTANT: 1,
};

const filtered = /^TEXTURE(?!2DMS)/;

/** The dimensions that an instruction can read. */
const dimensionsRead: Partial<Record<InstructionOpcode, RegExp>> = {
  LD: /^BUFFER$|^TEXTURE(?!2DMS|CUBE)/,
  LD_MS: /^TEXTURE2DMS/,
  SAMPLE: filtered,
  SAMPLE_B: filtered,
  SAMPLE_L: filtered,
  SAMPLE_D: filtered,
  SAMPLE_C: /^TEXTURE(?!2DMS|3D)/,
  SAMPLE_C_LZ: /^TEXTURE(?!2DMS|3D)/,
  LOD: filtered,
  GATHER4: /^TEXTURE(?:2D(?!MS)|CUBE)/,
  GATHER4_C: /^TEXTURE(?:2D(?!MS)|CUBE)/,
  RESINFO: /^TEXTURE/,
  BUFINFO: /BUFFER$/,
};
