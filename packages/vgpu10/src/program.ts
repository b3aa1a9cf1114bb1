import type {
  AccessPattern,
  CustomDataClass,
  IndexRepresentation,
  InfoReturnType,
  InterpolationMode,
  OperandModifier,
  OperandType,
  Primitive,
  PrimitiveTopology,
  ProgramType,
  ResourceDimension,
  ReturnType,
  SamplerMode,
  SystemName,
  TessellatorDomain,
  TessellatorOutputPrimitive,
  TessellatorPartitioning,
} from './enumerations.js';
import type { InstructionOpcode } from './instruction-table.js';

/** A shader: its kind, its model and its statements in the order of the tokens. */
export interface Program {
  readonly type: ProgramType;
  /** The shader model: 4.0, 4.1 or 5.0. */
  readonly major: number;
  readonly minor: number;
  readonly statements: readonly Statement[];
}

export type Statement = Declaration | Instruction;

/** The component that each of x, y, z and w is read from, 0 to 3. */
export type Swizzle = readonly [number, number, number, number];

/**
 * Which components of a register an operand means. `mask` has bit 0 for x; `select` reads one component four times.
 * Operands with one component, or none, have `none`.
 */
export type Selection =
  | { readonly mode: 'none' }
  | { readonly mode: 'mask'; readonly mask: number }
  | { readonly mode: 'swizzle'; readonly swizzle: Swizzle }
  | { readonly mode: 'select'; readonly component: number };

/** One index of a register: `offset`, plus the value of `relative` (a scalar) where it is given. */
export interface Index {
  readonly representation: IndexRepresentation;
  /** A 32-bit number; 0 with RELATIVE. */
  readonly offset: number;
  readonly relative: Operand | undefined;
}

export interface Operand {
  readonly type: OperandType;
  readonly components: 0 | 1 | 4;
  readonly selection: Selection;
  readonly modifier: OperandModifier;
  /** As many as the type of register has dimensions, such as slot and element of a constant buffer. */
  readonly indices: readonly Index[];
  /** The bits of its token that mean nothing, at their places: {@link usualReserved} in Mesa's shaders. */
  readonly reserved: number;
  /** 32-bit words: of IMMEDIATE32 one or four, of IMMEDIATE64 two or four, otherwise none. */
  readonly immediate: readonly number[];
}

/** Added to texture coordinates, in texels from −8 to 7: u, v, w. */
export type TexelOffsets = readonly [number, number, number];

/** The return types of x, y, z and w. */
export type ReturnTypes = readonly [ReturnType, ReturnType, ReturnType, ReturnType];

export interface Instruction {
  readonly opcode: InstructionOpcode;
  /** The index of its first token in the shader. */
  readonly at: number;
  /** The bits of its opcode token that mean nothing, at their places. */
  readonly reserved: number;
  readonly controls: Controls;
  readonly extended: ExtendedControls;
  readonly destinations: readonly Operand[];
  readonly sources: readonly Operand[];
}

/** What the opcode token of an instruction says beside the opcode. Instructions may share one. */
export interface Controls {
  /** Whether the result is clamped to 0…1 as floats. */
  readonly saturate: boolean;
  /** SM5: the mask of components whose arithmetic must not be reordered. */
  readonly precise: number;
  /** Of IF, BREAKC, CONTINUEC, RETC, CALLC and DISCARD: true acts on a value that is not zero, false on zero. */
  readonly nonZero: boolean;
  /** Of RESINFO and SAMPLE_INFO: how the result is returned; otherwise FLOAT. */
  readonly returns: InfoReturnType;
  /**
   * Of SYNC: 1 threads of the group, 2 shared memory, 4 UAV memory of the group, 8 all UAV memory. Of INTERFACE_CALL:
   * the index of the function. Otherwise 0.
   */
  readonly immediate: number;
}

/** What the extended opcode tokens of an instruction say. Instructions without them share one. */
export interface ExtendedControls {
  readonly offsets: TexelOffsets | undefined;
  /** SM5: what the resource is expected to be, `stride` in bytes. */
  readonly resource: { readonly dimension: ResourceDimension; readonly stride: number } | undefined;
  /** SM5: the return types that are expected of the resource. */
  readonly resourceReturns: ReturnTypes | undefined;
}

interface Declares<O extends string> {
  readonly opcode: O;
  /** The index of its first token in the shader. */
  readonly at: number;
  /** The bits of its opcode token that mean nothing, at their places. */
  readonly reserved: number;
}

interface DeclaresOperand<O extends string> extends Declares<O> {
  readonly operand: Operand;
}

interface DclResource extends DeclaresOperand<'DCL_RESOURCE'> {
  readonly dimension: ResourceDimension;
  /** Of TEXTURE2DMS and TEXTURE2DMSARRAY; 0 is unknown. */
  readonly samples: number;
  readonly returns: ReturnTypes;
}

/** The second index of the operand is the number of elements of 16 bytes. */
interface DclConstantBuffer extends DeclaresOperand<'DCL_CONSTANT_BUFFER'> {
  readonly access: AccessPattern;
}

interface DclSampler extends DeclaresOperand<'DCL_SAMPLER'> {
  readonly mode: SamplerMode;
}

/** Registers, from the operand on, that are indexed dynamically. */
interface DclIndexRange extends DeclaresOperand<'DCL_INDEX_RANGE'> {
  readonly count: number;
}

interface DclSystemValue extends DeclaresOperand<
  'DCL_INPUT_SGV' | 'DCL_INPUT_SIV' | 'DCL_OUTPUT_SGV' | 'DCL_OUTPUT_SIV'
> {
  readonly name: SystemName;
}

interface DclInputPs extends DeclaresOperand<'DCL_INPUT_PS'> {
  readonly interpolation: InterpolationMode;
}

interface DclInputPsSystemValue extends DeclaresOperand<'DCL_INPUT_PS_SGV' | 'DCL_INPUT_PS_SIV'> {
  readonly interpolation: InterpolationMode;
  readonly name: SystemName;
}

interface DclIndexableTemp extends Declares<'DCL_INDEXABLE_TEMP'> {
  /** x#. */
  readonly register: number;
  /** The number of elements. */
  readonly size: number;
  /** The components of an element, 1 to 4. */
  readonly components: number;
}

interface DclGlobalFlags extends Declares<'DCL_GLOBAL_FLAGS'> {
  readonly refactoringAllowed: boolean;
  readonly enableDoublePrecisionFloatOps: boolean;
  readonly forceEarlyDepthStencil: boolean;
  readonly enableRawAndStructuredBuffers: boolean;
}

/** CUSTOMDATA of the class DCL_IMMEDIATE_CONSTANT_BUFFER: rows of four words. */
export interface DclImmediateConstantBuffer extends Declares<'DCL_IMMEDIATE_CONSTANT_BUFFER'> {
  readonly words: Uint32Array;
}

/** CUSTOMDATA without a meaning for the shader. */
export interface CustomData extends Declares<'CUSTOMDATA'> {
  readonly class: CustomDataClass;
  readonly words: Uint32Array;
}

interface DclUav extends DeclaresOperand<'DCL_UAV_RAW'> {
  readonly globallyCoherent: boolean;
}

interface DclUavTyped extends DeclaresOperand<'DCL_UAV_TYPED'> {
  readonly dimension: ResourceDimension;
  readonly globallyCoherent: boolean;
  readonly returns: ReturnTypes;
}

interface DclUavStructured extends DeclaresOperand<'DCL_UAV_STRUCTURED'> {
  readonly globallyCoherent: boolean;
  readonly hasCounter: boolean;
  /** Bytes of a structure. */
  readonly stride: number;
}

/** SM5: class linkage, whose words are kept as they are. */
interface DclFunction extends Declares<'DCL_FUNCTION_BODY' | 'DCL_FUNCTION_TABLE'> {
  readonly words: Uint32Array;
}

interface DclInterface extends Declares<'DCL_INTERFACE'> {
  readonly indexedDynamically: boolean;
  readonly words: Uint32Array;
}

export type Declaration =
  | DclResource
  | DclConstantBuffer
  | DclSampler
  | DclIndexRange
  | DeclaresOperand<'DCL_INPUT' | 'DCL_OUTPUT'>
  | DclSystemValue
  | DclInputPs
  | DclInputPsSystemValue
  | DclIndexableTemp
  | DclGlobalFlags
  | DclImmediateConstantBuffer
  | CustomData
  | (Declares<'DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY'> & { readonly topology: PrimitiveTopology })
  | (Declares<'DCL_GS_INPUT_PRIMITIVE'> & { readonly primitive: Primitive })
  | (Declares<
      | 'DCL_MAX_OUTPUT_VERTEX_COUNT'
      | 'DCL_TEMPS'
      | 'DCL_GS_INSTANCE_COUNT'
      | 'DCL_INPUT_CONTROL_POINT_COUNT'
      | 'DCL_OUTPUT_CONTROL_POINT_COUNT'
      | 'DCL_HS_FORK_PHASE_INSTANCE_COUNT'
      | 'DCL_HS_JOIN_PHASE_INSTANCE_COUNT'
    > & { readonly count: number })
  | (Declares<'DCL_TESS_DOMAIN'> & { readonly domain: TessellatorDomain })
  | (Declares<'DCL_TESS_PARTITIONING'> & { readonly partitioning: TessellatorPartitioning })
  | (Declares<'DCL_TESS_OUTPUT_PRIMITIVE'> & { readonly primitive: TessellatorOutputPrimitive })
  /** `factor`: the bits of a float. */
  | (Declares<'DCL_HS_MAX_TESSFACTOR'> & { readonly factor: number })
  | (Declares<'DCL_THREAD_GROUP'> & { readonly x: number; readonly y: number; readonly z: number })
  | DeclaresOperand<'DCL_STREAM'>
  | DclUav
  | DclUavTyped
  | DclUavStructured
  | DeclaresOperand<'DCL_RESOURCE_RAW'>
  | (DeclaresOperand<'DCL_RESOURCE_STRUCTURED'> & { readonly stride: number })
  /** Group memory: `bytes`, or `count` structures of `stride` bytes. */
  | (DeclaresOperand<'DCL_TGSM_RAW'> & { readonly bytes: number })
  | (DeclaresOperand<'DCL_TGSM_STRUCTURED'> & { readonly stride: number; readonly count: number })
  | DclFunction
  | DclInterface;

export type DeclarationOpcode = Declaration['opcode'];

/** Whether a statement is executed; the others declare something. */
export function isInstruction(statement: Statement): statement is Instruction {
  return 'sources' in statement;
}

const identity: Swizzle = [0, 1, 2, 3];
const scalar: Swizzle = [0, 0, 0, 0];

/** The components that a source reads for x, y, z and w. */
export function swizzleOf({ components, selection }: Operand): Swizzle {
  switch (selection.mode) {
    case 'swizzle':
      return selection.swizzle;
    case 'select':
      return [selection.component, selection.component, selection.component, selection.component];
    case 'mask':
      return identity;
    case 'none':
      return components === 1 ? scalar : identity;
  }
}

/** The components that a destination writes, bit 0 for x: x alone where it has one, none where it has none. */
export function maskOf({ components, selection }: Operand): number {
  return selection.mode === 'mask' ? selection.mask : components === 1 ? 1 : 0;
}

/**
 * The reserved bits of an operand in Mesa's shaders: where one component is selected, bits 6 to 11 hold it again for
 * y, z and w, or y, z and w in the index of another operand.
 */
export function usualReserved(selection: Selection, isIndex: boolean): number {
  return selection.mode !== 'select'
    ? 0
    : isIndex
      ? 0b111001 * 2 ** 6
      : selection.component * 0b010101 * 2 ** 6;
}
