import { declarationTable } from '../declaration-table.js';
import { returnTypes, systemNames } from '../enumerations.js';
import type { OperandPlace } from './operand-text.js';

/**
 * How declarations are written. `{destination}`, `{source}` and `{buffer}` are the operand in that place, other braces
 * a field of the declaration.
 */
const templates: Readonly<Record<keyof typeof declarationTable, string>> = {
  DCL_RESOURCE: 'dcl_resource_{dimension}{samples} {returns} {source}',
  DCL_CONSTANT_BUFFER: 'dcl_constantbuffer {buffer}, {access}',
  DCL_SAMPLER: 'dcl_sampler {source}, mode_{mode}',
  DCL_INDEX_RANGE: 'dcl_indexrange {destination}, {count}',
  DCL_GS_OUTPUT_PRIMITIVE_TOPOLOGY: 'dcl_outputtopology {topology}',
  DCL_GS_INPUT_PRIMITIVE: 'dcl_inputprimitive {primitive}',
  DCL_MAX_OUTPUT_VERTEX_COUNT: 'dcl_maxout {count}',
  DCL_INPUT: 'dcl_input {destination}',
  DCL_INPUT_SGV: 'dcl_input_sgv {destination}, {name}',
  DCL_INPUT_SIV: 'dcl_input_siv {destination}, {name}',
  DCL_INPUT_PS: 'dcl_input_ps {interpolation} {destination}',
  DCL_INPUT_PS_SGV: 'dcl_input_ps_sgv {interpolation} {destination}, {name}',
  DCL_INPUT_PS_SIV: 'dcl_input_ps_siv {interpolation} {destination}, {name}',
  DCL_OUTPUT: 'dcl_output {destination}',
  DCL_OUTPUT_SGV: 'dcl_output_sgv {destination}, {name}',
  DCL_OUTPUT_SIV: 'dcl_output_siv {destination}, {name}',
  DCL_TEMPS: 'dcl_temps {count}',
  DCL_INDEXABLE_TEMP: 'dcl_indexableTemp x{register}[{size}], {components}',
  DCL_GLOBAL_FLAGS:
    'dcl_globalFlags{refactoringAllowed}{enableDoublePrecisionFloatOps}{forceEarlyDepthStencil}' +
    '{enableRawAndStructuredBuffers}',
  DCL_STREAM: 'dcl_stream {source}',
  DCL_FUNCTION_BODY: 'dcl_function_body {words}',
  DCL_FUNCTION_TABLE: 'dcl_function_table {words}',
  DCL_INTERFACE: 'dcl_interface{indexedDynamically} {words}',
  DCL_INPUT_CONTROL_POINT_COUNT: 'dcl_input_control_point_count {count}',
  DCL_OUTPUT_CONTROL_POINT_COUNT: 'dcl_output_control_point_count {count}',
  DCL_TESS_DOMAIN: 'dcl_tessellator_domain domain_{domain}',
  DCL_TESS_PARTITIONING: 'dcl_tessellator_partitioning partitioning_{partitioning}',
  DCL_TESS_OUTPUT_PRIMITIVE: 'dcl_tessellator_output_primitive output_{primitive}',
  DCL_HS_MAX_TESSFACTOR: 'dcl_hs_max_tessfactor l({factor})',
  DCL_HS_FORK_PHASE_INSTANCE_COUNT: 'dcl_hs_fork_phase_instance_count {count}',
  DCL_HS_JOIN_PHASE_INSTANCE_COUNT: 'dcl_hs_join_phase_instance_count {count}',
  DCL_THREAD_GROUP: 'dcl_thread_group {x}, {y}, {z}',
  DCL_UAV_TYPED: 'dcl_uav_typed_{dimension}{globallyCoherent} {returns} {source}',
  DCL_UAV_RAW: 'dcl_uav_raw{globallyCoherent} {source}',
  DCL_UAV_STRUCTURED: 'dcl_uav_structured{globallyCoherent}{hasCounter} {source}, {stride}',
  DCL_TGSM_RAW: 'dcl_tgsm_raw {source}, {bytes}',
  DCL_TGSM_STRUCTURED: 'dcl_tgsm_structured {source}, {stride}, {count}',
  DCL_RESOURCE_RAW: 'dcl_resource_raw {source}',
  DCL_RESOURCE_STRUCTURED: 'dcl_resource_structured {source}, {stride}',
  DCL_GS_INSTANCE_COUNT: 'dcl_gsinstances {count}',
};

/** The text of a flag that is set; nothing stands for one that is not. */
const flags: Readonly<Record<string, string>> = {
  refactoringAllowed: ' refactoringAllowed',
  enableDoublePrecisionFloatOps: ' enableDoublePrecisionFloatOps',
  forceEarlyDepthStencil: ' forceEarlyDepthStencil',
  enableRawAndStructuredBuffers: ' enableRawAndStructuredBuffers',
  globallyCoherent: '_glc',
  hasCounter: '_opc',
  indexedDynamically: '_dynamicindexed',
};

/** The names that are not the header's in lower case. */
const spellings: Readonly<Record<string, string>> = {
  IMMEDIATE_INDEXED: 'immediateIndexed',
  DYNAMIC_INDEXED: 'dynamicIndexed',
  LINEAR_CENTROID: 'linear centroid',
  LINEAR_NOPERSPECTIVE: 'linear noperspective',
  LINEAR_NOPERSPECTIVE_CENTROID: 'linear noperspective centroid',
  LINEAR_SAMPLE: 'linear sample',
  LINEAR_NOPERSPECTIVE_SAMPLE: 'linear noperspective sample',
  LINE_ADJ: 'lineadj',
  TRIANGLE_ADJ: 'triangleadj',
  RENDER_TARGET_ARRAY_INDEX: 'rendertarget_array_index',
};

/** The text of a name of an enumeration. */
export function nameText(name: string): string {
  return spellings[name] ?? name.toLowerCase();
}

/** What stands at a place in a declaration: this text, the operand, or a field. */
export type DeclarationPart =
  | { readonly form: 'literal'; readonly text: string }
  | { readonly form: 'operand'; readonly place: OperandPlace }
  /** `text` if the field is true. */
  | { readonly form: 'flag'; readonly field: string; readonly text: string }
  /** One of these names. */
  | { readonly form: 'name'; readonly field: string; readonly names: readonly (string | undefined)[] }
  /** A number; a `count` of samples in parentheses, and nothing for 0; a `word` as the number that it may be. */
  | { readonly form: 'number' | 'samples' | 'word'; readonly field: string }
  /** Four of the return types in parentheses. */
  | { readonly form: 'returns'; readonly field: string; readonly names: readonly (string | undefined)[] }
  /** Words with commas between. */
  | { readonly form: 'words'; readonly field: string };

const known = /* @__PURE__ */ new Map<keyof typeof declarationTable, readonly DeclarationPart[]>();

/** The parts of a declaration in their order. */
export function declarationParts(opcode: keyof typeof declarationTable): readonly DeclarationPart[] {
  let parts = known.get(opcode);
  if (parts === undefined) {
    parts = partsOf(opcode);
    known.set(opcode, parts);
  }
  return parts;
}

/** Texts and fields alternate in a template. */
function partsOf(opcode: keyof typeof declarationTable): DeclarationPart[] {
  return templates[opcode].split(/[{}]/).flatMap((piece, i): DeclarationPart[] => {
    if (i % 2 === 1) {
      return [partOf(opcode, piece)];
    }
    return piece === '' ? [] : [{ form: 'literal', text: piece }];
  });
}

/** The word that a declaration begins with; `isWhole` if no field follows it without a blank. */
export interface DeclarationHead {
  readonly opcode: keyof typeof declarationTable;
  readonly word: string;
  readonly isWhole: boolean;
}

/** The heads of all declarations, the longest first. */
export function declarationHeads(): DeclarationHead[] {
  const opcodes = Object.keys(templates) as (keyof typeof declarationTable)[];
  return opcodes
    .map((opcode) => {
      const word = /^\w+/.exec(templates[opcode])![0];
      return { opcode, word, isWhole: templates[opcode][word.length] !== '{' };
    })
    .toSorted((a, b) => b.word.length - a.word.length);
}

function partOf(opcode: keyof typeof declarationTable, field: string): DeclarationPart {
  if (field === 'destination' || field === 'source' || field === 'buffer') {
    return { form: 'operand', place: field };
  }
  if (flags[field] !== undefined) {
    return { form: 'flag', field, text: flags[field] };
  }
  const names = declarationTable[opcode].controls.find((control) => control.field === field)?.names;
  if (names !== undefined) {
    return { form: 'name', field, names };
  }
  switch (field) {
    case 'name':
      return { form: 'name', field, names: systemNames };
    case 'returns':
      return { form: 'returns', field, names: returnTypes };
    case 'samples':
      return { form: 'samples', field };
    case 'factor':
      return { form: 'word', field };
    case 'words':
      return { form: 'words', field };
    default:
      return { form: 'number', field };
  }
}
