import {
  indexRepresentations,
  operandModifiers,
  operandTypes,
  type OperandModifier,
} from '../enumerations.js';
import type { Index, Operand, Selection } from '../program.js';
import { EXTENDED, operandBits } from './used-bits.js';
import { exactly, field, nameOf, NOTHING, type TokenReader } from './token-reader.js';

const COMPONENT_COUNTS: readonly (0 | 1 | 4 | undefined)[] = [0, 1, 4];
const NO_SELECTION: Selection = { mode: 'none' };

/**
 * Operands share their selections and the numbers of low registers. Without it the collector's work on long programs,
 * all of whose operands stay alive, is most of the time.
 */
const MOST_SHARED = 64;
const sharedIndices: readonly (readonly [Index])[] = /* @__PURE__ */ Array.from(
  { length: MOST_SHARED },
  (_, offset) => Object.freeze([Object.freeze(plainIndex(offset))] as const),
);
const sharedSelections: Selection[] = [];

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
  const used = SELECTION_BITS[field(token, 2, 2)];
  if (used === undefined) {
    throw reader.bad('selection mode 3 is unknown');
  }
  const bits = field(token, 2, used);
  return (sharedSelections[bits] ??= Object.freeze(selectionOf(bits)));
}

/** How many bits tell a selection, of each mode; the lowest two are the mode. */
const SELECTION_BITS: readonly (number | undefined)[] = [6, 10, 4];

function selectionOf(bits: number): Selection {
  switch (field(bits, 0, 2)) {
    case 0:
      return { mode: 'mask', mask: bits >>> 2 };
    case 1:
      return {
        mode: 'swizzle',
        swizzle: Object.freeze([field(bits, 2, 2), field(bits, 4, 2), field(bits, 6, 2), field(bits, 8, 2)]),
      };
    default:
      return { mode: 'select', component: bits >>> 2 };
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
    return NOTHING;
  }
  if (components === 0) {
    throw reader.bad('an immediate without components');
  }
  return exactly(reader, components === 4 ? 4 : type === 'IMMEDIATE64' ? 2 : 1, nextWord);
}

const nextWord = (reader: TokenReader): number => reader.next();

function decodeIndices(reader: TokenReader, token: number, dimensions: number): readonly Index[] {
  switch (dimensions) {
    case 0:
      return NOTHING;
    case 1: {
      const index = decodeIndex(reader, field(token, 22, 3));
      const shared = index.representation === 'IMMEDIATE32' ? sharedIndices[index.offset] : undefined;
      return shared ?? [index];
    }
    default: {
      const pair = [decodeIndex(reader, field(token, 22, 3)), decodeIndex(reader, field(token, 25, 3))];
      return dimensions === 2 ? pair : [...pair, decodeIndex(reader, field(token, 28, 3))];
    }
  }
}

function decodeIndex(reader: TokenReader, value: number): Index {
  const representation = indexRepresentations[value];
  switch (representation) {
    case undefined:
      throw reader.bad(`index representation ${value} is not supported`);
    case 'IMMEDIATE32': {
      const offset = reader.next();
      return sharedIndices[offset]?.[0] ?? plainIndex(offset);
    }
    default:
      return {
        representation,
        offset: representation === 'RELATIVE' ? 0 : reader.next(),
        relative: decodeOperand(reader),
      };
  }
}

function plainIndex(offset: number): Index {
  return { representation: 'IMMEDIATE32', offset, relative: undefined };
}
