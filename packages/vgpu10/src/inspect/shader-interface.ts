import type {
  AccessPattern,
  InterpolationMode,
  OperandType,
  Primitive,
  PrimitiveTopology,
  ProgramType,
  ResourceDimension,
  ReturnType,
  SamplerMode,
  SystemName,
} from '../enumerations.js';
import type { InstructionOpcode } from '../instruction-table.js';

/** A register that values come in by, or go out by. */
export interface ShaderRegister {
  /** INPUT, OUTPUT, or a register of its own kind, such as OUTPUT_DEPTH. */
  readonly type: OperandType;
  /** v# or o#; 0 for types with a single register. */
  readonly register: number;
  /** The components that are declared, bit 0 for x. */
  readonly mask: number;
  /** UNDEFINED for values of the program's own. */
  readonly name: SystemName;
  /** Of inputs of pixel shaders; otherwise UNDEFINED. */
  readonly interpolation: InterpolationMode;
  /** Of inputs of geometry shaders: the number of vertices; otherwise 0. */
  readonly vertices: number;
}

export interface ConstantBufferUse {
  /** cb#. */
  readonly slot: number;
  /** Elements of 16 bytes, as declared. */
  readonly elements: number;
  readonly access: AccessPattern;
  /** Whether an instruction computes the element, whatever is declared. */
  readonly indexedDynamically: boolean;
  /** Elements up to the last one that an instruction names by a number. */
  readonly elementsUsed: number;
}

export interface ResourceUse {
  /** t#. */
  readonly slot: number;
  readonly dimension: ResourceDimension;
  /** Samples as declared; 0 is unknown. */
  readonly samples: number;
  /** Of x, y, z and w, as declared; a view that is bound may have others. */
  readonly returns: readonly ReturnType[];
  /** Bytes of a structure; 0 for other dimensions. */
  readonly stride: number;
  /** The instructions that use it, each once, in the order of their first use. */
  readonly opcodes: readonly InstructionOpcode[];
  /** The s# that it is sampled with. */
  readonly samplers: readonly number[];
  /** Whether it is compared with a reference, and whether it is sampled or gathered without. */
  readonly compared: boolean;
  readonly sampled: boolean;
  /** Whether texels are loaded by their integer coordinates. */
  readonly loaded: boolean;
}

export interface SamplerUse {
  /** s#. */
  readonly slot: number;
  /** As declared: DEFAULT in Mesa's shaders, whatever the use is. */
  readonly mode: SamplerMode;
  /** Whether it is used with a comparison, and whether without. */
  readonly compares: boolean;
  readonly samples: boolean;
  /** The t# that it samples. */
  readonly resources: readonly number[];
}

/** A component of an output register that is a clip or a cull distance. */
export interface DistanceComponent {
  readonly register: number;
  /** 0 to 3. */
  readonly component: number;
}

export interface IndexableTemp {
  /** x#. */
  readonly register: number;
  readonly elements: number;
  readonly components: number;
}

export interface GeometryInterface {
  readonly primitive: Primitive;
  readonly topology: PrimitiveTopology;
  readonly maxVertices: number;
  /** SM5: how many times the shader runs for a primitive. */
  readonly instances: number;
}

/** What a shader needs of the pipeline, and gives to it. */
export interface ShaderInterface {
  readonly type: ProgramType;
  readonly major: number;
  readonly minor: number;
  readonly inputs: readonly ShaderRegister[];
  readonly outputs: readonly ShaderRegister[];
  readonly constantBuffers: readonly ConstantBufferUse[];
  /** Rows of the immediate constant buffer. */
  readonly immediateConstants: number;
  readonly resources: readonly ResourceUse[];
  readonly samplers: readonly SamplerUse[];
  readonly temps: number;
  readonly indexableTemps: readonly IndexableTemp[];
  /** In the order of the distances. */
  readonly clipDistances: readonly DistanceComponent[];
  readonly cullDistances: readonly DistanceComponent[];
  /** Of geometry shaders. */
  readonly geometry: GeometryInterface | undefined;
  readonly discards: boolean;
  /**
   * Whether an instruction needs the values of other pixels: a derivative, or a sample with its own level of detail.
   */
  readonly usesDerivatives: boolean;
  /** The number of instructions. */
  readonly instructions: number;
}
