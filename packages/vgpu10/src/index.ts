export { Vgpu10Error } from './errors.js';
export type { Vgpu10ErrorCode } from './errors.js';
export { decodeShader } from './tokens/decode.js';
export { encodeShader } from './tokens/encode.js';
export { formatShader, statementText } from './text/format.js';
export type { FormatOptions } from './text/format.js';
export { parseShader } from './text/parse.js';
export { checkShader } from './check/check-shader.js';
export type { ShaderFault } from './check/shader-fault.js';
export { inspectShader } from './inspect/inspect.js';
export type {
  ConstantBufferUse,
  DistanceComponent,
  GeometryInterface,
  IndexableTemp,
  ResourceUse,
  SamplerUse,
  ShaderInterface,
  ShaderRegister,
} from './inspect/shader-interface.js';
export { controlFlow } from './control-flow.js';
export type { ControlFlow } from './control-flow.js';
export { ShaderInterpreter } from './interpret/shader-interpreter.js';
export type {
  InterpreterOptions,
  PixelInput,
  PixelOutput,
  PrimitiveInput,
  ShaderBindings,
  Strip,
  VertexOutput,
} from './interpret/shader-interpreter.js';
export type { RegisterFile } from './interpret/lane.js';
export type {
  LoadRequest,
  ResourceSize,
  SampleRequest,
  ShaderResources,
  Vector,
  Words,
} from './interpret/resources.js';
export { isInstruction, maskOf, swizzleOf, usualReserved } from './program.js';
export type {
  Controls,
  Declaration,
  DeclarationOpcode,
  ExtendedControls,
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
