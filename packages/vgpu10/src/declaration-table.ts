import {
  accessPatterns,
  interpolationModes,
  primitiveTopologies,
  primitives,
  resourceDimensions,
  samplerModes,
  tessellatorDomains,
  tessellatorOutputPrimitives,
  tessellatorPartitionings,
} from './enumerations.js';
import type { DeclarationOpcode } from './program.js';

/**
 * A field of the opcode token: its name, lowest bit and width. One bit is a boolean; with `names` the value is one of
 * them; otherwise it is a number.
 */
export interface ControlField {
  readonly field: string;
  readonly bit: number;
  readonly bits: number;
  readonly names?: readonly (string | undefined)[];
}

/**
 * What follows the opcode token and the operand: a word with a number, with the number of a name in its lower half, or
 * with four return types of four bits; or all words that are left.
 */
export interface WordField {
  readonly field: string;
  readonly form: 'number' | 'systemName' | 'returns' | 'rest';
}

export interface DeclarationLayout {
  /** VGPU10_OPCODE of VGPU10ShaderTokens.h. */
  readonly opcode: number;
  readonly controls: readonly ControlField[];
  readonly operand: boolean;
  readonly words: readonly WordField[];
}

const flag = (field: string, bit: number): ControlField => ({ field, bit, bits: 1 });
const dimension: ControlField = { field: 'dimension', bit: 11, bits: 5, names: resourceDimensions };
const interpolation: ControlField = { field: 'interpolation', bit: 11, bits: 4, names: interpolationModes };
const controlPoints: ControlField = { field: 'count', bit: 11, bits: 6 };
const coherent = flag('globallyCoherent', 16);
const number = (field: string): WordField => ({ field, form: 'number' });
const systemName: WordField = { field: 'name', form: 'systemName' };
const returns: WordField = { field: 'returns', form: 'returns' };
const rest: WordField = { field: 'words', form: 'rest' };

const enumerated = (field: string, bits: number, names: readonly (string | undefined)[]): ControlField => ({
  field,
  bit: 11,
  bits,
  names,
});

/** A declaration of a register. */
const register = (
  opcode: number,
  controls: readonly ControlField[] = [],
  ...words: readonly WordField[]
): DeclarationLayout => ({ opcode, controls, operand: true, words });

/** A declaration without a register. */
const plain = (
  opcode: number,
  controls: readonly ControlField[] = [],
  ...words: readonly WordField[]
): DeclarationLayout => ({ opcode, controls, operand: false, words });

/** The declarations by their names in the header, but for custom data. */
export const declarationTable: Readonly<
  Record<Exclude<DeclarationOpcode, 'CUSTOMDATA' | 'DCL_IMMEDIATE_CONSTANT_BUFFER'>, DeclarationLayout>
> = {
  DCL_RESOURCE: register(88, [dimension, { field: 'samples', bit: 16, bits: 7 }], returns),
  DCL_CONSTANT_BUFFER: register(89, [{ field: 'access', bit: 11, bits: 1, names: accessPatterns }]),
  DCL_SAMPLER: register(90, [enumerated('mode', 4, samplerModes)]),
  DCL_INDEX_RANGE: register(91, [], number('count')),
  DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY: plain(92, [enumerated('topology', 7, primitiveTopologies)]),
  DCL_GS_INPUT_PRIMITIVE: plain(93, [enumerated('primitive', 6, primitives)]),
  DCL_MAX_OUTPUT_VERTEX_COUNT: plain(94, [], number('count')),
  DCL_INPUT: register(95),
  DCL_INPUT_SGV: register(96, [], systemName),
  DCL_INPUT_SIV: register(97, [], systemName),
  DCL_INPUT_PS: register(98, [interpolation]),
  DCL_INPUT_PS_SGV: register(99, [interpolation], systemName),
  DCL_INPUT_PS_SIV: register(100, [interpolation], systemName),
  DCL_OUTPUT: register(101),
  DCL_OUTPUT_SGV: register(102, [], systemName),
  DCL_OUTPUT_SIV: register(103, [], systemName),
  DCL_TEMPS: plain(104, [], number('count')),
  DCL_INDEXABLE_TEMP: plain(105, [], number('register'), number('size'), number('components')),
  DCL_GLOBAL_FLAGS: plain(106, [
    flag('refactoringAllowed', 11),
    flag('enableDoublePrecisionFloatOps', 12),
    flag('forceEarlyDepthStencil', 13),
    flag('enableRawAndStructuredBuffers', 14),
  ]),
  DCL_STREAM: register(143),
  DCL_FUNCTION_BODY: plain(144, [], rest),
  DCL_FUNCTION_TABLE: plain(145, [], rest),
  DCL_INTERFACE: plain(146, [flag('indexedDynamically', 11)], rest),
  DCL_INPUT_CONTROL_POINT_COUNT: plain(147, [controlPoints]),
  DCL_OUTPUT_CONTROL_POINT_COUNT: plain(148, [controlPoints]),
  DCL_TESS_DOMAIN: plain(149, [enumerated('domain', 2, tessellatorDomains)]),
  DCL_TESS_PARTITIONING: plain(150, [enumerated('partitioning', 3, tessellatorPartitionings)]),
  DCL_TESS_OUTPUT_PRIMITIVE: plain(151, [enumerated('primitive', 3, tessellatorOutputPrimitives)]),
  DCL_HS_MAX_TESSFACTOR: plain(152, [], number('factor')),
  DCL_HS_FORK_PHASE_INSTANCE_COUNT: plain(153, [], number('count')),
  DCL_HS_JOIN_PHASE_INSTANCE_COUNT: plain(154, [], number('count')),
  DCL_THREAD_GROUP: plain(155, [], number('x'), number('y'), number('z')),
  DCL_UAV_TYPED: register(156, [dimension, coherent], returns),
  DCL_UAV_RAW: register(157, [coherent]),
  DCL_UAV_STRUCTURED: register(158, [coherent, flag('hasCounter', 23)], number('stride')),
  DCL_TGSM_RAW: register(159, [], number('bytes')),
  DCL_TGSM_STRUCTURED: register(160, [], number('stride'), number('count')),
  DCL_RESOURCE_RAW: register(161),
  DCL_RESOURCE_STRUCTURED: register(162, [], number('stride')),
  DCL_GS_INSTANCE_COUNT: plain(206, [], number('count')),
};
