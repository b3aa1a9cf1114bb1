import {
  isInstruction,
  maskOf,
  type Declaration,
  type Instruction,
  type Operand,
  type Program,
} from '../program.js';
import { ResourceUses } from './resource-uses.js';
import type {
  ConstantBufferUse,
  DistanceComponent,
  GeometryInterface,
  IndexableTemp,
  ShaderInterface,
  ShaderRegister,
} from './shader-interface.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const derivatives: ReadonlySet<Instruction['opcode']> = /* @__PURE__ */ new Set([
  'DERIV_RTX',
  'DERIV_RTY',
  'DERIV_RTX_COARSE',
  'DERIV_RTX_FINE',
  'DERIV_RTY_COARSE',
  'DERIV_RTY_FINE',
  'SAMPLE',
  'SAMPLE_B',
  'SAMPLE_C',
  'LOD',
]);

/**
 * What a shader declares and uses. It never throws: what does not fit is as declared, a second declaration of a
 * register counts as another entry, and a constant buffer, resource or sampler that is not declared is left out.
 */
export function inspectShader({ type, major, minor, statements }: Program): ShaderInterface {
  const inspection = new Inspection();
  let instructions = 0;
  for (const statement of statements) {
    if (isInstruction(statement)) {
      instructions++;
    } else {
      inspection.declare(statement);
    }
  }
  for (const statement of statements) {
    if (isInstruction(statement)) {
      inspection.use(statement);
    }
  }
  return { type, major, minor, ...inspection.result(type === 'GEOMETRY'), instructions };
}

class Inspection {
  private readonly inputs: ShaderRegister[] = [];
  private readonly outputs: ShaderRegister[] = [];
  private readonly buffers = new Map<number, Mutable<ConstantBufferUse>>();
  private readonly uses = new ResourceUses();
  private readonly indexableTemps: IndexableTemp[] = [];
  private readonly geometry: Mutable<GeometryInterface> = {
    primitive: 'UNDEFINED',
    topology: 'UNDEFINED',
    maxVertices: 0,
    instances: 1,
  };
  private temps = 0;
  private immediateConstants = 0;
  private discards = false;
  private usesDerivatives = false;

  declare(declaration: Declaration): void {
    switch (declaration.opcode) {
      case 'DCL_CONSTANT_BUFFER':
        this.declareBuffer(declaration.operand, declaration.access);
        break;
      case 'DCL_TEMPS':
        this.temps = declaration.count;
        break;
      case 'DCL_INDEXABLE_TEMP': {
        const { register, size, components } = declaration;
        this.indexableTemps.push({ register, elements: size, components });
        break;
      }
      case 'DCL_IMMEDIATE_CONSTANT_BUFFER':
        this.immediateConstants = declaration.words.length / 4;
        break;
      case 'DCL_GS_INPUT_PRIMITIVE':
        this.geometry.primitive = declaration.primitive;
        break;
      case 'DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY':
        this.geometry.topology = declaration.topology;
        break;
      case 'DCL_MAX_OUTPUT_VERTEX_COUNT':
        this.geometry.maxVertices = declaration.count;
        break;
      case 'DCL_GS_INSTANCE_COUNT':
        this.geometry.instances = declaration.count;
        break;
      default:
        this.declareRegister(declaration);
        this.uses.declare(declaration);
    }
  }

  private declareBuffer({ indices }: Operand, access: ConstantBufferUse['access']): void {
    const slot = indices[0]?.offset ?? 0;
    const elements = indices[1]?.offset ?? 0;
    this.buffers.set(slot, { slot, elements, access, indexedDynamically: false, elementsUsed: 0 });
  }

  private declareRegister(declaration: Declaration): void {
    const { opcode } = declaration;
    if (!opcode.startsWith('DCL_INPUT') && !opcode.startsWith('DCL_OUTPUT')) {
      return;
    }
    if ('operand' in declaration) {
      const { operand } = declaration;
      const { type, indices } = operand;
      (opcode.startsWith('DCL_INPUT') ? this.inputs : this.outputs).push({
        type,
        register: indices.at(-1)?.offset ?? 0,
        mask: maskOf(operand),
        name: 'name' in declaration ? declaration.name : 'UNDEFINED',
        interpolation: 'interpolation' in declaration ? declaration.interpolation : 'UNDEFINED',
        vertices: indices.length > 1 ? indices[0].offset : 0,
      });
    }
  }

  use(instruction: Instruction): void {
    const { opcode, destinations, sources } = instruction;
    this.discards ||= opcode === 'DISCARD';
    this.usesDerivatives ||= derivatives.has(opcode);
    this.uses.use(instruction);
    for (const operand of destinations) {
      this.useOperand(operand);
    }
    for (const operand of sources) {
      this.useOperand(operand);
    }
  }

  private useOperand({ type, indices }: Operand): void {
    const buffer = type === 'CONSTANT_BUFFER' ? this.buffers.get(indices[0]?.offset ?? 0) : undefined;
    const element = indices[1];
    if (buffer !== undefined && element !== undefined) {
      if (element.relative === undefined) {
        buffer.elementsUsed = Math.max(buffer.elementsUsed, element.offset + 1);
      } else {
        buffer.indexedDynamically = true;
      }
    }
    for (const { relative } of indices) {
      if (relative !== undefined) {
        this.useOperand(relative);
      }
    }
  }

  result(isGeometry: boolean): Omit<ShaderInterface, 'type' | 'major' | 'minor' | 'instructions'> {
    const { inputs, outputs, immediateConstants, temps, indexableTemps, discards, usesDerivatives } = this;
    return {
      inputs,
      outputs,
      constantBuffers: [...this.buffers.values()],
      immediateConstants,
      ...this.uses.result(),
      temps,
      indexableTemps,
      clipDistances: distances(outputs, 'CLIP_DISTANCE'),
      cullDistances: distances(outputs, 'CULL_DISTANCE'),
      geometry: isGeometry ? this.geometry : undefined,
      discards,
      usesDerivatives,
    };
  }
}

/** The components of outputs with a name, by register and component. */
function distances(outputs: readonly ShaderRegister[], name: ShaderRegister['name']): DistanceComponent[] {
  return outputs
    .filter((output) => output.name === name)
    .toSorted((a, b) => a.register - b.register)
    .flatMap(({ register, mask }) =>
      [0, 1, 2, 3]
        .filter((component) => (mask >> component) & 1)
        .map((component) => ({ register, component })),
    );
}
