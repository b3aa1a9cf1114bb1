import { indexRepresentations, operandModifiers, operandTypes } from '../enumerations.js';
import type { Index, Operand, Selection } from '../program.js';
import type { TokenWriter } from './token-writer.js';
import { EXTENDED, operandBits } from './used-bits.js';

const MODIFIER = 1;
const COMPONENT_CODES = { 0: 0, 1: 1, 4: 2 } as const;

/** One operand with the operands that its indices are relative to. @throws Vgpu10Error EINVAL */
export function encodeOperand(writer: TokenWriter, operand: Operand): void {
  const { type, components, selection, indices, immediate } = operand;
  if (indices.length > 3) {
    throw writer.invalid(`an operand of ${indices.length} indices`);
  }
  if ((components === 4) === (selection.mode === 'none')) {
    throw writer.invalid(`an operand of ${components} components with selection ${selection.mode}`);
  }
  const modifier = writer.numberOf(operandModifiers, operand.modifier);
  let token =
    COMPONENT_CODES[components] |
    selectionBits(writer, selection) |
    (writer.numberOf(operandTypes, type) << 12) |
    (indices.length << 20) |
    writer.reservedBits(operand.reserved, operandBits(selection, indices.length));
  for (const [i, { representation }] of indices.entries()) {
    token |= writer.numberOf(indexRepresentations, representation) << (22 + 3 * i);
  }
  writer.put(modifier === 0 ? token : token | EXTENDED);
  if (modifier !== 0) {
    writer.put(MODIFIER | (modifier << 6));
  }
  if (immediate.length !== immediateWords(operand)) {
    throw writer.invalid(`${type} of ${components} components with ${immediate.length} words`);
  }
  writer.putAll(immediate);
  for (const index of indices) {
    encodeIndex(writer, index);
  }
}

/** The number of words that an operand has as its value. */
function immediateWords({ type, components }: Pick<Operand, 'type' | 'components'>): number {
  if (type !== 'IMMEDIATE32' && type !== 'IMMEDIATE64') {
    return 0;
  }
  return components === 1 && type === 'IMMEDIATE64' ? 2 : components;
}

function selectionBits(writer: TokenWriter, selection: Selection): number {
  switch (selection.mode) {
    case 'none':
      return 0;
    case 'mask':
      return writer.fit(selection.mask, 4, 'mask') << 4;
    case 'swizzle':
      return (
        (1 << 2) |
        selection.swizzle.reduce((bits, c, i) => bits | (writer.fit(c, 2, 'swizzle') << (4 + 2 * i)), 0)
      );
    case 'select':
      return (2 << 2) | (writer.fit(selection.component, 2, 'component') << 4);
  }
}

function encodeIndex(writer: TokenWriter, { representation, offset, relative }: Index): void {
  if (representation !== 'RELATIVE') {
    writer.put(writer.fit(offset, 32, 'index'));
  }
  if ((representation === 'IMMEDIATE32') !== (relative === undefined)) {
    throw writer.invalid(
      `an index ${representation} ${relative === undefined ? 'without' : 'with'} an operand`,
    );
  }
  if (relative !== undefined) {
    encodeOperand(writer, relative);
  }
}
