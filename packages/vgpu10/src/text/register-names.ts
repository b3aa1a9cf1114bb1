import type { OperandType } from '../enumerations.js';

/** How assembly names the registers of each type: `r0`, `cb0[4]`, `vPrim`. */
export const registerNames: Readonly<Record<Exclude<OperandType, 'IMMEDIATE32' | 'IMMEDIATE64'>, string>> = {
  TEMP: 'r',
  INPUT: 'v',
  OUTPUT: 'o',
  INDEXABLE_TEMP: 'x',
  SAMPLER: 's',
  RESOURCE: 't',
  CONSTANT_BUFFER: 'cb',
  IMMEDIATE_CONSTANT_BUFFER: 'icb',
  LABEL: 'l',
  INPUT_PRIMITIVEID: 'vPrim',
  OUTPUT_DEPTH: 'oDepth',
  NULL: 'null',
  RASTERIZER: 'rasterizer',
  OUTPUT_COVERAGE_MASK: 'oMask',
  STREAM: 'm',
  FUNCTION_BODY: 'fb',
  FUNCTION_TABLE: 'ft',
  INTERFACE: 'fp',
  FUNCTION_INPUT: 'fi',
  FUNCTION_OUTPUT: 'fo',
  OUTPUT_CONTROL_POINT_ID: 'vOutputControlPointID',
  INPUT_FORK_INSTANCE_ID: 'vForkInstanceID',
  INPUT_JOIN_INSTANCE_ID: 'vJoinInstanceID',
  INPUT_CONTROL_POINT: 'vicp',
  OUTPUT_CONTROL_POINT: 'vocp',
  INPUT_PATCH_CONSTANT: 'vpc',
  INPUT_DOMAIN_POINT: 'vDomain',
  THIS_POINTER: 'this',
  UAV: 'u',
  THREAD_GROUP_SHARED_MEMORY: 'g',
  INPUT_THREAD_ID: 'vThreadID',
  INPUT_THREAD_GROUP_ID: 'vThreadGroupID',
  INPUT_THREAD_ID_IN_GROUP: 'vThreadIDInGroup',
  INPUT_COVERAGE_MASK: 'vCoverage',
  INPUT_THREAD_ID_IN_GROUP_FLATTENED: 'vThreadIDInGroupFlattened',
  INPUT_GS_INSTANCE_ID: 'vGSInstanceID',
  OUTPUT_DEPTH_GREATER_EQUAL: 'oDepthGE',
  OUTPUT_DEPTH_LESS_EQUAL: 'oDepthLE',
  CYCLE_COUNTER: 'vCycleCounter',
};

/** The types of register that have one component unless the text says otherwise; the others have none then. */
const scalars: ReadonlySet<OperandType> = /* @__PURE__ */ new Set([
  'OUTPUT_DEPTH',
  'OUTPUT_DEPTH_GREATER_EQUAL',
  'OUTPUT_DEPTH_LESS_EQUAL',
  'OUTPUT_COVERAGE_MASK',
  'INPUT_COVERAGE_MASK',
]);

/** The components of a register whose text selects none. */
export function plainComponents(type: OperandType): 0 | 1 {
  return scalars.has(type) ? 1 : 0;
}
