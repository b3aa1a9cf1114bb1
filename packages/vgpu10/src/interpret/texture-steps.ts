import type { ProgramType, ResourceDimension } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import { instructionLayouts, type InstructionOpcode } from '../instruction-table.js';
import { swizzleOf, type Instruction, type Operand } from '../program.js';
import type { Execution, Step } from './execution.js';
import { subtract, toFloat, wordOfFloat } from './float-rules.js';
import { infoWords } from './info-words.js';
import type { OperandCompiler, Reader } from './operands.js';
import type { SampleRequest, Vector, Words } from './resources.js';

export interface TextureContext {
  readonly type: ProgramType;
  /** The dimension of each t# that is declared. */
  readonly dimensions: ReadonlyMap<number, ResourceDimension>;
  /** Whether each row and column of a quad has its own derivatives, where that is open. */
  readonly fineDerivatives: boolean;
}

/** How an instruction samples, and what its source behind the sampler is. */
interface SampleForm {
  readonly operation: SampleRequest['operation'];
  readonly extra?: 'bias' | 'lod' | 'reference' | 'derivatives';
  /** Whether the level comes from derivatives of the coordinates. */
  readonly derives?: boolean;
  /** Whether texel offsets are a source, behind the coordinates. */
  readonly hasOffsets?: boolean;
}

const forms: Partial<Record<InstructionOpcode, SampleForm>> = {
  SAMPLE: { operation: 'sample', derives: true },
  SAMPLE_B: { operation: 'sample', derives: true, extra: 'bias' },
  SAMPLE_L: { operation: 'sample', extra: 'lod' },
  SAMPLE_D: { operation: 'sample', extra: 'derivatives' },
  SAMPLE_C: { operation: 'compare', derives: true, extra: 'reference' },
  SAMPLE_C_LZ: { operation: 'compare', extra: 'reference' },
  GATHER4: { operation: 'gather' },
  GATHER4_C: { operation: 'gatherCompare', extra: 'reference' },
  GATHER4_PO: { operation: 'gather', hasOffsets: true },
  GATHER4_PO_C: { operation: 'gatherCompare', extra: 'reference', hasOffsets: true },
  LOD: { operation: 'lod', derives: true },
};

/** The step of an instruction that reads a resource; undefined for others. @throws Vgpu10Error EINVAL, ENOTSUP */
export function compileTextureStep(
  instruction: Instruction,
  operands: OperandCompiler,
  context: TextureContext,
): Step | undefined {
  const compiler = new TextureCompiler(instruction, operands, context);
  const form = forms[instruction.opcode];
  if (form !== undefined) {
    return compiler.sample(form);
  }
  switch (instruction.opcode) {
    case 'LD':
    case 'LD_MS':
      return compiler.load();
    case 'RESINFO':
    case 'BUFINFO':
      return compiler.size();
    case 'SAMPLE_INFO':
      return compiler.sampleCount();
    case 'SAMPLE_POS':
      return compiler.samplePosition();
    default:
      return undefined;
  }
}

/** How many coordinates address a texel; of arrays one more is the layer. Cubes are not addressed so. */
const texelCoordinates: Partial<Record<ResourceDimension, number>> = {
  BUFFER: 1,
  TEXTURE1D: 1,
  TEXTURE1DARRAY: 1,
  TEXTURE2D: 2,
  TEXTURE2DARRAY: 2,
  TEXTURE2DMS: 2,
  TEXTURE2DMSARRAY: 2,
  TEXTURE3D: 3,
};

class TextureCompiler {
  constructor(
    private readonly instruction: Instruction,
    private readonly operands: OperandCompiler,
    private readonly context: TextureContext,
  ) {}

  sample({ operation, extra, derives = false, hasOffsets = false }: SampleForm): Step {
    const { sources, opcode } = this.instruction;
    const first = hasOffsets ? 2 : 1;
    const { resource, dimension } = this.resource(sources[first]);
    const samplerOperand = sources[first + 1];
    const sampler = this.operands.slot(samplerOperand, 'SAMPLER');
    const component = samplerOperand.components === 4 ? swizzleOf(samplerOperand)[0] : 0;
    const isPixel = this.context.type === 'PIXEL';
    if (opcode === 'LOD' && !isPixel) {
      throw this.error('EINVAL', 'LOD in a shader of another stage than PIXEL');
    }
    const read = this.vectors();
    const derived = derives && isPixel;
    const ofOffsets = hasOffsets ? this.offsetReader(sources[1]) : undefined;
    const differences = derived ? this.differences(read) : undefined;
    return this.perLane((execution, lane) => {
      const coordinates = read(execution, lane, 0);
      const values = extra === undefined ? undefined : read(execution, lane, first + 2);
      const explicit = extra === 'derivatives';
      const ddy = explicit ? read(execution, lane, first + 3) : undefined;
      const derivatives = differences?.(execution, lane);
      return execution.resources.sample({
        operation,
        resource,
        dimension,
        sampler,
        coordinates,
        ddx: derivatives?.ddx ?? (explicit ? values : undefined),
        ddy: derivatives?.ddy ?? ddy,
        lod: derived || explicit ? undefined : extra === 'lod' ? values![0] : 0,
        bias: extra === 'bias' ? values![0] : 0,
        reference: extra === 'reference' ? values![0] : 0,
        offsets: ofOffsets?.(execution, lane) ?? this.instruction.extended.offsets ?? [0, 0, 0],
        component,
      });
    });
  }

  load(): Step {
    const { sources, extended, opcode } = this.instruction;
    const { offsets = [0, 0, 0] } = extended;
    const { resource, dimension } = this.resource(sources[1]);
    const count = texelCoordinates[dimension];
    if (count === undefined) {
      throw this.error('EINVAL', `${opcode} of a resource ${dimension}`);
    }
    const hasLevels = !dimension.includes('MS') && dimension !== 'BUFFER';
    const hasLayers = dimension.endsWith('ARRAY');
    const readAddress = this.words(sources[0], 'i');
    const readSample = opcode === 'LD_MS' ? this.words(sources[2], 'u') : undefined;
    return this.perLane((execution, lane) => {
      const [x, y, z, w] = readAddress(execution, lane);
      const address = [x, y, z].map((word, i) =>
        i < count ? (word + offsets[i]) | 0 : i === count && hasLayers ? word | 0 : 0,
      );
      const texel = execution.resources.load({
        resource,
        dimension,
        coordinates: [address[0], address[1], address[2]],
        level: hasLevels ? w : 0,
        sample: readSample?.(execution, lane)[0] ?? 0,
      });
      return texel ?? ZERO;
    });
  }

  size(): Step {
    const { sources, opcode, controls } = this.instruction;
    const isBuffer = opcode === 'BUFINFO';
    const { resource, dimension } = this.resource(sources.at(-1)!);
    const readLevel = isBuffer ? undefined : this.words(sources[0], 'u');
    return this.perLane((execution, lane) => {
      const { resources } = execution;
      const level = readLevel?.(execution, lane)[0] ?? 0;
      const size = resources.size(resource, level);
      const levels = resources.size(resource, 0)?.levels ?? 0;
      return infoWords(dimension, size, isBuffer ? 0 : levels, isBuffer ? 'UINT' : controls.returns);
    });
  }

  sampleCount(): Step {
    const of = this.resourceOrRasterizer(this.instruction.sources[0]);
    const isFloat = this.instruction.controls.returns === 'FLOAT';
    return this.perLane(({ resources }) => {
      const count = resources.sampleCount(of);
      return [isFloat ? wordOfFloat(count) : count >>> 0, 0, 0, 0];
    });
  }

  samplePosition(): Step {
    const [source, index] = this.instruction.sources;
    const of = this.resourceOrRasterizer(source);
    const read = this.words(index, 'u');
    return this.perLane((execution, lane) => {
      const position = execution.resources.samplePosition(of, read(execution, lane)[0]);
      return position === undefined ? ZERO : [wordOfFloat(position[0]), wordOfFloat(position[1]), 0, 0];
    });
  }

  /** A step that writes, in each active lane, the words of `result`, swizzled as the resource operand says. */
  private perLane(result: (execution: Execution, lane: number) => Words): Step {
    const { destinations, controls, sources, opcode } = this.instruction;
    const write = this.operands.writer(destinations[0], controls.saturate);
    const kinds = instructionLayouts[opcode].sources;
    const swizzle = swizzleOf(sources[kinds.findIndex((kind) => kind === 't' || kind === 'p')]);
    const words = new Uint32Array(4);
    return (execution) => {
      for (let lane = 0; lane < execution.lanes.length; lane++) {
        if ((execution.active >> lane) & 1) {
          const found = result(execution, lane);
          words.set(swizzle.map((component) => found[component]));
          write(execution.lanes[lane], words);
        }
      }
    };
  }

  private resource(operand: Operand): { readonly resource: number; readonly dimension: ResourceDimension } {
    const resource = this.operands.slot(operand, 'RESOURCE');
    const dimension = this.context.dimensions.get(resource);
    if (dimension === undefined) {
      throw this.error('EINVAL', `t${resource} is not declared`);
    }
    return { resource, dimension };
  }

  private resourceOrRasterizer(operand: Operand): number | 'rasterizer' {
    return operand.type === 'RASTERIZER' ? 'rasterizer' : this.resource(operand).resource;
  }

  /** Reads a source of a lane as words. */
  private words(source: Operand, kind: 'i' | 'u'): (execution: Execution, lane: number) => Uint32Array {
    const read = this.operands.reader(source, kind);
    const words = new Uint32Array(4);
    return ({ lanes }, lane) => {
      read(lanes[lane], words);
      return words;
    };
  }

  /** Reads a float source of a lane by its number. */
  private vectors(): VectorReader {
    const { sources, opcode } = this.instruction;
    const kinds = instructionLayouts[opcode].sources;
    const readers = sources.map((source, i): Reader | undefined =>
      kinds[i] === 'f' ? this.operands.reader(source, 'f') : undefined,
    );
    const words = new Uint32Array(4);
    return ({ lanes }, lane, source) => {
      readers[source]!(lanes[lane], words);
      return [toFloat(words[0]), toFloat(words[1]), toFloat(words[2]), toFloat(words[3])];
    };
  }

  private offsetReader(source: Operand): (execution: Execution, lane: number) => [number, number, number] {
    const read = this.words(source, 'i');
    return (execution, lane) => {
      const [u, v] = read(execution, lane);
      return [(u << 26) >> 26, (v << 26) >> 26, 0];
    };
  }

  /**
   * How the coordinates change, to the right and downwards. The quad's are found with its first active lane, before a
   * result may overwrite the coordinates.
   */
  private differences(read: VectorReader): (execution: Execution, lane: number) => Derivatives {
    const { fineDerivatives } = this.context;
    const between = (execution: Execution, from: number, to: number): Vector => {
      const [a, b] = [read(execution, from, 0), read(execution, to, 0)];
      return [change(a[0], b[0]), change(a[1], b[1]), change(a[2], b[2]), change(a[3], b[3])];
    };
    let found: readonly Derivatives[] = [];
    return (execution, lane) => {
      if ((execution.active & ((1 << lane) - 1)) === 0) {
        const [top, left] = [between(execution, 0, 1), between(execution, 0, 2)];
        const bottom = fineDerivatives ? between(execution, 2, 3) : top;
        const right = fineDerivatives ? between(execution, 1, 3) : left;
        found = [
          { ddx: top, ddy: left },
          { ddx: top, ddy: right },
          { ddx: bottom, ddy: left },
          { ddx: bottom, ddy: right },
        ];
      }
      return found[lane];
    };
  }

  private error(code: 'EINVAL' | 'ENOTSUP', what: string): Vgpu10Error {
    return new Vgpu10Error(code, what, this.instruction.at);
  }
}

interface Derivatives {
  readonly ddx: Vector;
  readonly ddy: Vector;
}

/** A difference of floats. */
const change = (from: number, to: number) => toFloat(subtract(wordOfFloat(to), wordOfFloat(from)));

type VectorReader = (execution: Execution, lane: number, source: number) => Vector;

const ZERO: Words = [0, 0, 0, 0];
