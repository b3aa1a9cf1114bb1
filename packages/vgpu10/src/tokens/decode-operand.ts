import {
  indexRepresentations,
  operandModifiers,
  operandTypes,
  type OperandModifier,
} from '../enumerations.js';
import type { Index, Operand, Selection } from '../program.js';
import { EXTENDED, operandBits } from './used-bits.js';
import { field, nameOf, type TokenReader } from './token-reader.js';

const COMPONENT_COUNTS = [0, 1, 4, undefined] as const;
const NO_SELECTION: Selection = { mode: 'none' };
const NO_INDICES: readonly Index[] = [];
const NO_WORDS: readonly number[] = [];

/**
 * One operand with the operands that its indices are relative to.
 * @throws Vgpu10Error EBADMSG
 */
export function decodeOperand(reader: TokenReader): Operand {
  const token = reader.next();
  const components = COMPONENT_COUNTS[field(token, 0, 2)];
  if (components === undefined) {
    throw reader.bad('an operand of N components');
  }
  const selection = components === 4 ? decodeSelection(reader, token) : NO_SELECTION;
  const type = nameOf(reader, 'operand type', operandTypes, field(token, 12, 8));
  const dimensions = field(token, 20, 2);
  const modifier = token >= EXTENDED ? decodeModifier(reader) : 'NONE';
  const immediate = decodeImmediate(reader, type, components);
  const indices = decodeIndices(reader, token, dimensions);
  return {
    type,
    components,
    selection,
    modifier,
    indices,
    reserved: (token & ~operandBits(selection, dimensions)) >>> 0,
    immediate,
  };
}

function decodeSelection(reader: TokenReader, token: number): Selection {
  switch (field(token, 2, 2)) {
    case 0:
      return { mode: 'mask', mask: field(token, 4, 4) };
    case 1:
      return {
        mode: 'swizzle',
        swizzle: [field(token, 4, 2), field(token, 6, 2), field(token, 8, 2), field(token, 10, 2)],
      };
    case 2:
      return { mode: 'select', component: field(token, 4, 2) };
    default:
      throw reader.bad('selection mode 3 is unknown');
  }
}

/** The extended token: one, with a modifier. */
function decodeModifier(reader: TokenReader): OperandModifier {
  const token = reader.next();
  const modifier = operandModifiers[field(token, 6, 8)];
  if (field(token, 0, 6) !== 1 || token >>> 14 !== 0 || modifier === undefined || modifier === 'NONE') {
    throw reader.bad(`extended operand token 0x${token.toString(16)} is unknown`);
  }
  return modifier;
}

function decodeImmediate(
  reader: TokenReader,
  type: Operand['type'],
  components: 0 | 1 | 4,
): readonly number[] {
  if (type !== 'IMMEDIATE32' && type !== 'IMMEDIATE64') {
    return NO_WORDS;
  }
  if (components === 0) {
    throw reader.bad('an immediate value without components');
  }
  const words = components === 4 ? 4 : type === 'IMMEDIATE64' ? 2 : 1;
  const immediate: number[] = [];
  for (let i = 0; i < words; i++) {
    immediate.push(reader.next());
  }
  return immediate;
}

function decodeIndices(reader: TokenReader, token: number, dimensions: number): readonly Index[] {
  if (dimensions === 0) {
    return NO_INDICES;
  }
  const indices: Index[] = [];
  for (let i = 0; i < dimensions; i++) {
    indices.push(decodeIndex(reader, field(token, 22 + 3 * i, 3)));
  }
  return indices;
}

function decodeIndex(reader: TokenReader, value: number): Index {
  const representation = indexRepresentations[value];
  if (representation === undefined) {
    throw reader.bad(`index representation ${value} is not supported`);
  }
  const offset = representation === 'RELATIVE' ? 0 : reader.next();
  const relative = representation === 'IMMEDIATE32' ? undefined : decodeOperand(reader);
  return { representation, offset, relative };
}
