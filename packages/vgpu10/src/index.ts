export { Vgpu10Error } from './errors.js';
export type { Vgpu10ErrorCode } from './errors.js';
export { decodeShader } from './decode.js';
export { isInstruction, maskOf, selectReserved, swizzleOf } from './program.js';
export type {
  Declaration,
  DeclarationOpcode,
  Index,
  Instruction,
  Operand,
  Program,
  ReturnTypes,
  Selection,
  Statement,
  Swizzle,
  TexelOffsets,
} from './program.js';
export { instructionLayouts } from './instruction-table.js';
export type {
  InstructionControl,
  InstructionLayout,
  InstructionOpcode,
  OperandKind,
} from './instruction-table.js';
export type {
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
