import { controlFlow } from '../control-flow.js';
import type { ProgramType } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import { inspectShader } from '../inspect/inspect.js';
import type { ShaderInterface } from '../inspect/shader-interface.js';
import type { Program } from '../program.js';
import { compile } from './compile.js';
import { Execution, type Code, type Step } from './execution.js';
import { Lane, type RegisterCounts, type RegisterFile } from './lane.js';
import { noResources, type ShaderResources } from './resources.js';

/** VGPU10_MAX_TEMPS: r# and the elements of x# together. */
const MOST_TEMPS = 4096;
/** VGPU10_MAX_OUTPUTS. */
const MOST_OUTPUTS = 32;
/** The vertices that a geometry shader may give out at most. */
const MOST_VERTICES = 1024;
const DEFAULT_STEPS = 1_000_000;

export interface InterpreterOptions {
  /** Whether DERIV_RTX, DERIV_RTY and samples take the derivatives of their own row and column; false if absent. */
  readonly fineDerivatives?: boolean;
  /** The statements that a run may execute; a million if absent. */
  readonly maxSteps?: number;
}

/** What a draw binds. Buffers hold words, four for each element or register. */
export interface ShaderBindings {
  /** cb# by their numbers. */
  readonly constants?: readonly (RegisterFile | undefined)[];
  readonly resources?: ShaderResources;
}

export interface VertexOutput {
  /** Four words for each o#, from o0 to the last one that is declared. */
  readonly outputs: RegisterFile;
}

export interface PixelInput {
  /** Four words for each v#, system values included. */
  readonly inputs: RegisterFile;
  /** vCoverage: all bits set if absent. */
  readonly coverage?: number;
  /** vPrim: 0 if absent. */
  readonly primitiveId?: number;
}

export interface PixelOutput extends VertexOutput {
  readonly discarded: boolean;
  /** The bits of oDepth; undefined if the shader does not declare it. */
  readonly depth: number | undefined;
  /** oMask; undefined if the shader does not declare it. */
  readonly coverage: number | undefined;
}

export interface PrimitiveInput {
  /** Of each vertex four words for each v#. */
  readonly vertices: readonly RegisterFile[];
  readonly primitiveId?: number;
  readonly instanceId?: number;
}

/** The outputs of a strip's vertices in the order in which they were given out. */
export type Strip = readonly RegisterFile[];

/**
 * Runs a vertex, pixel or geometry shader with the numbers of Direct3D 10: exact, and slow. What the specification
 * leaves open is 0: registers that are not written, not declared or beyond an array, inputs that are not given,
 * elements beyond a constant buffer.
 */
export class ShaderInterpreter {
  readonly interface: ShaderInterface;
  /** The statements that all runs together have executed, a quad's once. */
  executed = 0;
  private readonly counts: RegisterCounts;
  private readonly code: Code;
  private readonly maxSteps: number;
  private readonly hasDepth: boolean;
  private readonly hasCoverage: boolean;
  private readonly lanes: Lane[] = [];
  private strips: RegisterFile[][] = [];
  private emitted = 0;

  /**
   * @throws Vgpu10Error EINVAL for a shader that breaks a rule of its stage, its blocks or its limits, ENOTSUP for one
   *   with an instruction or operand that is not interpreted
   */
  constructor(
    program: Program,
    { fineDerivatives = false, maxSteps = DEFAULT_STEPS }: InterpreterOptions = {},
  ) {
    const { type, statements } = program;
    if (type !== 'VERTEX' && type !== 'PIXEL' && type !== 'GEOMETRY') {
      throw new Vgpu10Error('ENOTSUP', `a shader of the stage ${type}`, 0);
    }
    this.interface = inspectShader(program);
    this.counts = registerCounts(this.interface);
    this.maxSteps = maxSteps;
    const { outputs } = this.interface;
    this.hasDepth = outputs.some(({ type }) => type.startsWith('OUTPUT_DEPTH'));
    this.hasCoverage = outputs.some(({ type }) => type === 'OUTPUT_COVERAGE_MASK');
    const rows = statements.find((statement) => statement.opcode === 'DCL_IMMEDIATE_CONSTANT_BUFFER');
    const { constantBuffers, resources, geometry } = this.interface;
    const most = Math.min(geometry?.maxVertices ?? 0, MOST_VERTICES);
    this.code = compile({
      type,
      statements,
      flow: controlFlow(statements),
      fineDerivatives,
      dimensions: new Map(resources.map(({ slot, dimension }) => [slot, dimension])),
      sizes: {
        constants: new Map(constantBuffers.map(({ slot, elements }) => [slot, elements])),
        immediateConstants: rows?.words ?? new Uint32Array(0),
      },
      emit: this.emitStep(most),
      cut: () => this.cut(),
    });
  }

  /**
   * @param inputs four words for each v#
   * @throws Vgpu10Error EINVAL for a shader of another stage, ETIME
   */
  vertex(inputs: RegisterFile, bindings: ShaderBindings = {}): VertexOutput {
    this.expectStage('VERTEX');
    const lane = this.lane(0, bindings);
    lane.vertices = [inputs];
    this.run([lane], bindings);
    return { outputs: lane.outputs };
  }

  /**
   * The four pixels of a quad: upper left, upper right, lower left, lower right.
   * @throws Vgpu10Error EINVAL for a shader of another stage or another number of pixels, ETIME
   */
  pixels(quad: readonly PixelInput[], bindings: ShaderBindings = {}): PixelOutput[] {
    this.expectStage('PIXEL');
    if (quad.length !== 4) {
      throw new Vgpu10Error('EINVAL', `a quad of ${quad.length} pixels`, 0);
    }
    const lanes = quad.map(({ inputs, coverage = 0xffffffff, primitiveId = 0 }, i) => {
      const lane = this.lane(i, bindings);
      lane.vertices = [inputs];
      lane.inputCoverage.fill(coverage);
      lane.primitiveId.fill(primitiveId);
      return lane;
    });
    const { discarded } = this.run(lanes, bindings);
    const { hasDepth, hasCoverage } = this;
    return lanes.map(({ outputs, depth, coverage }, i) => ({
      outputs,
      discarded: ((discarded >> i) & 1) === 1,
      depth: hasDepth ? depth[0] : undefined,
      coverage: hasCoverage ? coverage[0] : undefined,
    }));
  }

  /**
   * The strips that a geometry shader gives out for a primitive, none of them empty. Vertices beyond those declared, or
   * beyond 1,024, are dropped. Outputs keep their values from one vertex to the next.
   * @throws Vgpu10Error EINVAL for a shader of another stage, ETIME
   */
  primitive(
    { vertices, primitiveId = 0, instanceId = 0 }: PrimitiveInput,
    bindings: ShaderBindings = {},
  ): Strip[] {
    this.expectStage('GEOMETRY');
    const lane = this.lane(0, bindings);
    lane.vertices = vertices;
    lane.primitiveId.fill(primitiveId);
    lane.instanceId.fill(instanceId);
    this.strips = [[]];
    this.emitted = 0;
    this.run([lane], bindings);
    return this.strips.filter((strip) => strip.length > 0);
  }

  private emitStep(most: number): Step {
    return ({ lanes: [lane] }) => {
      if (this.emitted < most) {
        this.emitted++;
        this.strips.at(-1)!.push(lane.outputs.slice());
      }
    };
  }

  private cut(): void {
    if (this.strips.at(-1)!.length > 0) {
      this.strips.push([]);
    }
  }

  private expectStage(type: ProgramType): void {
    if (this.interface.type !== type) {
      throw new Vgpu10Error('EINVAL', `a shader of the stage ${this.interface.type}, not ${type}`, 0);
    }
  }

  private lane(i: number, { constants = [] }: ShaderBindings): Lane {
    let lane = this.lanes[i];
    if (lane === undefined) {
      lane = new Lane(this.counts);
      this.lanes[i] = lane;
    }
    lane.reset();
    lane.constants = constants;
    return lane;
  }

  private run(lanes: readonly Lane[], { resources = noResources }: ShaderBindings): Execution {
    const execution = new Execution(this.code, lanes, resources, this.maxSteps);
    try {
      execution.run();
    } finally {
      this.executed += execution.steps;
    }
    return execution;
  }
}

/** @throws Vgpu10Error EINVAL for more registers than a shader can have */
function registerCounts({ temps, indexableTemps, outputs }: ShaderInterface): RegisterCounts {
  const elements = new Map(indexableTemps.map(({ register, elements }) => [register, elements]));
  const all = [...elements.values()].reduce((sum, count) => sum + count, temps);
  if (all > MOST_TEMPS) {
    throw new Vgpu10Error('EINVAL', `${all} temporary registers, more than ${MOST_TEMPS}`, 0);
  }
  const last = outputs.reduce(
    (last, { type, register }) => (type === 'OUTPUT' ? Math.max(last, register) : last),
    -1,
  );
  if (last >= MOST_OUTPUTS) {
    throw new Vgpu10Error('EINVAL', `output o${last}, of at most ${MOST_OUTPUTS}`, 0);
  }
  return { temps, outputs: last + 1, indexableTemps: elements };
}
