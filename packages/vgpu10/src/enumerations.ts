/**
 * The enumerations of token fields, named as in VMware's VGPU10ShaderTokens.h without their prefixes. The index of a
 * name is its number in a token; `undefined` stands for a number without a meaning.
 */

/** VGPU10_PROGRAM_TYPE, as VGPU10_PIXEL_SHADER = 0 and so on. */
export const programTypes = ['PIXEL', 'VERTEX', 'GEOMETRY', 'HULL', 'DOMAIN', 'COMPUTE'] as const;
export type ProgramType = (typeof programTypes)[number];

/** VGPU10_OPERAND_TYPE. */
export const operandTypes = [
  'TEMP',
  'INPUT',
  'OUTPUT',
  'INDEXABLE_TEMP',
  'IMMEDIATE32',
  'IMMEDIATE64',
  'SAMPLER',
  'RESOURCE',
  'CONSTANT_BUFFER',
  'IMMEDIATE_CONSTANT_BUFFER',
  'LABEL',
  'INPUT_PRIMITIVEID',
  'OUTPUT_DEPTH',
  'NULL',
  'RASTERIZER',
  'OUTPUT_COVERAGE_MASK',
  'STREAM',
  'FUNCTION_BODY',
  'FUNCTION_TABLE',
  'INTERFACE',
  'FUNCTION_INPUT',
  'FUNCTION_OUTPUT',
  'OUTPUT_CONTROL_POINT_ID',
  'INPUT_FORK_INSTANCE_ID',
  'INPUT_JOIN_INSTANCE_ID',
  'INPUT_CONTROL_POINT',
  'OUTPUT_CONTROL_POINT',
  'INPUT_PATCH_CONSTANT',
  'INPUT_DOMAIN_POINT',
  'THIS_POINTER',
  'UAV',
  'THREAD_GROUP_SHARED_MEMORY',
  'INPUT_THREAD_ID',
  'INPUT_THREAD_GROUP_ID',
  'INPUT_THREAD_ID_IN_GROUP',
  'INPUT_COVERAGE_MASK',
  'INPUT_THREAD_ID_IN_GROUP_FLATTENED',
  'INPUT_GS_INSTANCE_ID',
  'OUTPUT_DEPTH_GREATER_EQUAL',
  'OUTPUT_DEPTH_LESS_EQUAL',
  'CYCLE_COUNTER',
] as const;
export type OperandType = (typeof operandTypes)[number];

/** VGPU10_OPERAND_MODIFIER: of a source, the absolute value first and then the sign. */
export const operandModifiers = ['NONE', 'NEG', 'ABS', 'ABSNEG'] as const;
export type OperandModifier = (typeof operandModifiers)[number];

/** VGPU10_OPERAND_INDEX_REPRESENTATION; the two with 64 bits are not supported. */
export const indexRepresentations = [
  'IMMEDIATE32',
  undefined,
  'RELATIVE',
  'IMMEDIATE32_PLUS_RELATIVE',
] as const;
export type IndexRepresentation = NonNullable<(typeof indexRepresentations)[number]>;

/** VGPU10_RESOURCE_DIMENSION. */
export const resourceDimensions = [
  'UNKNOWN',
  'BUFFER',
  'TEXTURE1D',
  'TEXTURE2D',
  'TEXTURE2DMS',
  'TEXTURE3D',
  'TEXTURECUBE',
  'TEXTURE1DARRAY',
  'TEXTURE2DARRAY',
  'TEXTURE2DMSARRAY',
  'TEXTURECUBEARRAY',
  'RAW_BUFFER',
  'STRUCTURED_BUFFER',
] as const;
export type ResourceDimension = (typeof resourceDimensions)[number];

/** VGPU10_RESOURCE_RETURN_TYPE. */
export const returnTypes = [
  undefined,
  'UNORM',
  'SNORM',
  'SINT',
  'UINT',
  'FLOAT',
  'MIXED',
  'DOUBLE',
  'CONTINUED',
  'UNUSED',
] as const;
export type ReturnType = NonNullable<(typeof returnTypes)[number]>;

/** VGPU10_SAMPLER_MODE. */
export const samplerModes = ['DEFAULT', 'COMPARISON', 'MONO'] as const;
export type SamplerMode = (typeof samplerModes)[number];

/** VGPU10_CB_ACCESS_PATTERN. */
export const accessPatterns = ['IMMEDIATE_INDEXED', 'DYNAMIC_INDEXED'] as const;
export type AccessPattern = (typeof accessPatterns)[number];

/** VGPU10_INTERPOLATION_MODE, as VGPU10_INTERPOLATION_CONSTANT = 1 and so on. */
export const interpolationModes = [
  'UNDEFINED',
  'CONSTANT',
  'LINEAR',
  'LINEAR_CENTROID',
  'LINEAR_NOPERSPECTIVE',
  'LINEAR_NOPERSPECTIVE_CENTROID',
  'LINEAR_SAMPLE',
  'LINEAR_NOPERSPECTIVE_SAMPLE',
] as const;
export type InterpolationMode = (typeof interpolationModes)[number];

/** VGPU10_SYSTEM_NAME, as VGPU10_NAME_POSITION = 1 and so on. */
export const systemNames = [
  'UNDEFINED',
  'POSITION',
  'CLIP_DISTANCE',
  'CULL_DISTANCE',
  'RENDER_TARGET_ARRAY_INDEX',
  'VIEWPORT_ARRAY_INDEX',
  'VERTEX_ID',
  'PRIMITIVE_ID',
  'INSTANCE_ID',
  'IS_FRONT_FACE',
  'SAMPLE_INDEX',
  'FINAL_QUAD_U_EQ_0_EDGE_TESSFACTOR',
  'FINAL_QUAD_V_EQ_0_EDGE_TESSFACTOR',
  'FINAL_QUAD_U_EQ_1_EDGE_TESSFACTOR',
  'FINAL_QUAD_V_EQ_1_EDGE_TESSFACTOR',
  'FINAL_QUAD_U_INSIDE_TESSFACTOR',
  'FINAL_QUAD_V_INSIDE_TESSFACTOR',
  'FINAL_TRI_U_EQ_0_EDGE_TESSFACTOR',
  'FINAL_TRI_V_EQ_0_EDGE_TESSFACTOR',
  'FINAL_TRI_W_EQ_0_EDGE_TESSFACTOR',
  'FINAL_TRI_INSIDE_TESSFACTOR',
  'FINAL_LINE_DETAIL_TESSFACTOR',
  'FINAL_LINE_DENSITY_TESSFACTOR',
] as const;
export type SystemName = (typeof systemNames)[number];

type Patch = `${number}_CONTROL_POINT_PATCH`;
const patches = Array.from({ length: 32 }, (_, i): Patch => `${i + 1}_CONTROL_POINT_PATCH`);

/** VGPU10_PRIMITIVE. */
export const primitives = [
  'UNDEFINED',
  'POINT',
  'LINE',
  'TRIANGLE',
  undefined,
  undefined,
  'LINE_ADJ',
  'TRIANGLE_ADJ',
  ...patches,
] as const;
export type Primitive = NonNullable<(typeof primitives)[number]>;

/** VGPU10_PRIMITIVE_TOPOLOGY. */
export const primitiveTopologies = [
  'UNDEFINED',
  'POINTLIST',
  'LINELIST',
  'LINESTRIP',
  'TRIANGLELIST',
  'TRIANGLESTRIP',
  undefined,
  undefined,
  undefined,
  undefined,
  'LINELIST_ADJ',
  'LINESTRIP_ADJ',
  'TRIANGLELIST_ADJ',
  'TRIANGLESTRIP_ADJ',
] as const;
export type PrimitiveTopology = NonNullable<(typeof primitiveTopologies)[number]>;

/** VGPU10_RESINFO_RETURN_TYPE; VGPU10_INSTRUCTION_RETURN_TYPE of SAMPLE_INFO has FLOAT = 0 and UINT = 1. */
export const resinfoReturnTypes = ['FLOAT', 'RCPFLOAT', 'UINT'] as const;
export const instructionReturnTypes = ['FLOAT', 'UINT'] as const;
export type InfoReturnType = (typeof resinfoReturnTypes)[number];

/** VGPU10_TESSELLATOR_DOMAIN. */
export const tessellatorDomains = ['UNDEFINED', 'ISOLINE', 'TRI', 'QUAD'] as const;
export type TessellatorDomain = (typeof tessellatorDomains)[number];

/** VGPU10_TESSELLATOR_PARTITIONING. */
export const tessellatorPartitionings = [
  'UNDEFINED',
  'INTEGER',
  'POW2',
  'FRACTIONAL_ODD',
  'FRACTIONAL_EVEN',
] as const;
export type TessellatorPartitioning = (typeof tessellatorPartitionings)[number];

/** VGPU10_TESSELLATOR_OUTPUT_PRIMITIVE. */
export const tessellatorOutputPrimitives = [
  'UNDEFINED',
  'POINT',
  'LINE',
  'TRIANGLE_CW',
  'TRIANGLE_CCW',
] as const;
export type TessellatorOutputPrimitive = (typeof tessellatorOutputPrimitives)[number];

/** VGPU10_CUSTOMDATA_CLASS; DCL_IMMEDIATE_CONSTANT_BUFFER = 3 is a declaration here. */
export const customDataClasses = ['COMMENT', 'DEBUGINFO', 'OPAQUE'] as const;
export type CustomDataClass = (typeof customDataClasses)[number];

/** The shader models that there are: 4.0, 4.1 and 5.0. */
export function isShaderModel(major: number, minor: number): boolean {
  return (major === 4 && (minor === 0 || minor === 1)) || (major === 5 && minor === 0);
}
