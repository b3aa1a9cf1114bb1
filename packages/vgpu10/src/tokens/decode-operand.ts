import {
  indexRepresentations,
  operandModifiers,
  operandTypes,
  type OperandModifier,
} from '../enumerations.js';
import type { Index, Operand, Selection } from '../program.js';
import { EXTENDED, operandBits } from './used-bits.js';
import { exactly, field, nameOf, NOTHING, type KnownOperand, type TokenReader } from './token-reader.js';

const COMPONENT_COUNTS: readonly (0 | 1 | 4 | undefined)[] = [0, 1, 4];
const NO_SELECTION: Selection = { mode: 'none' };

const sharedSelections: Selection[] = [];

/** Operands of more tokens are not shared, so that comparing them is no work to speak of. */
const MOST_ALIKE = 5;
/** How many operands are known at a time. */
const MOST_KNOWN = 1024;
/** An odd number, by which a product depends on all bits of a token. */
const MIX = 0x9e3779b1;

/** Operands of an instruction. One of the same tokens as another before it is, mostly, the same object. */
export function decodeOperands(reader: TokenReader, count: number): readonly Operand[] {
  return count === 1 ? shared(reader) : exactly(reader, count, decodeOperand);
}

/**
 * One operand with the operands that its indices are relative to.
 * @throws Vgpu10Error EBADMSG
 */
export function decodeOperand(reader: TokenReader): Operand {
  return shared(reader)[0];
}

/**
 * All operands of a long program stay alive, and so would most of the time be the collector's: those that are alike
 * are shared.
 */
function shared(reader: TokenReader): readonly [Operand] {
  const { words, at, known } = reader;
  const token = words[at];
  const last = token >= EXTENDED || field(token, 21, 1) === 1 ? words[at + 2] : 0;
  const hash = Math.imul(token + Math.imul(words[at + 1] + Math.imul(last, MIX), MIX), MIX);
  const other = known.get(hash);
  if (other !== undefined && isAlike(reader, other)) {
    reader.at += other.length;
    return other.list;
  }
  const list = Object.freeze([Object.freeze(freshOperand(reader))] as const);
  const length = reader.at - at;
  if (length <= MOST_ALIKE) {
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    known.set(hash, { at, length, list });
  }
  return list;
}

function isAlike({ words, at, end }: TokenReader, { at: other, length }: KnownOperand): boolean {
  for (let i = 0; i < length; i++) {
    if (words[at + i] !== words[other + i]) {
      return false;
    }
  }
  return at + length <= end;
}

function freshOperand(reader: TokenReader): Operand {
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
  return {
    type,
    components,
    selection,
    modifier,
    indices: decodeIndices(reader, token, dimensions),
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
  let bit = 22;
  return Object.freeze(
    exactly(reader, dimensions, () => Object.freeze(decodeIndex(reader, field(token, (bit += 3) - 3, 3)))),
  );
}

function decodeIndex(reader: TokenReader, value: number): Index {
  const representation = indexRepresentations[value];
  switch (representation) {
    case undefined:
      throw reader.bad(`index representation ${value} is not supported`);
    case 'IMMEDIATE32':
      return { representation, offset: reader.next(), relative: undefined };
    default:
      return {
        representation,
        offset: representation === 'RELATIVE' ? 0 : reader.next(),
        relative: decodeOperand(reader),
      };
  }
}
