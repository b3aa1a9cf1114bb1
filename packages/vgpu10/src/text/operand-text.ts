import { usualReserved, type Index, type Operand, type Selection } from '../program.js';
import { doubleText, wordText } from './number-text.js';
import { plainComponents, registerNames } from './register-names.js';

/**
 * Where an operand stands, which says what its components are without another sign: a destination's are a mask, a
 * source's, and an index's, a swizzle or a single one, a constant buffer's in its declaration all four.
 */
export type OperandPlace = 'destination' | 'source' | 'index' | 'buffer';

/**
 * The text of an operand: `-|r0.xyzw|`, `cb0[r1.x + 4].x`, `l(1.0, 0, 0, 0)`.
 *
 * Signs for what the place does not say: `.mask(xy)` and `.read(xyzw)` for components of the other kind, `:0` and `:1`
 * for their number, `{0x40}` for reserved bits.
 */
export function operandText(operand: Operand, place: OperandPlace): string {
  const { modifier } = operand;
  const text = `${registerText(operand)}${componentsText(operand, place)}${reservedText(operand, place)}`;
  const magnitude = modifier === 'ABS' || modifier === 'ABSNEG' ? `|${text}|` : text;
  return modifier === 'NEG' || modifier === 'ABSNEG' ? `-${magnitude}` : magnitude;
}

function registerText({ type, indices, immediate }: Operand): string {
  if (type === 'IMMEDIATE32') {
    return `l(${immediate.map(wordText).join(', ')})${bracketed(indices)}`;
  }
  if (type === 'IMMEDIATE64') {
    const pairs = Array.from({ length: immediate.length / 2 }, (_, i) =>
      doubleText(immediate[2 * i], immediate[2 * i + 1]),
    );
    return `d(${pairs.join(', ')})${bracketed(indices)}`;
  }
  const [first, ...others] = indices;
  const isNumbered = first?.representation === 'IMMEDIATE32' && !(type === 'INPUT' && others.length > 0);
  return isNumbered && type !== 'IMMEDIATE_CONSTANT_BUFFER'
    ? `${registerNames[type]}${first.offset}${bracketed(others)}`
    : `${registerNames[type]}${bracketed(indices)}`;
}

function bracketed(indices: readonly Index[]): string {
  return indices.map((index) => `[${indexText(index)}]`).join('');
}

function indexText({ representation, offset, relative }: Index): string {
  if (relative === undefined) {
    return `${offset}`;
  }
  const text = operandText(relative, 'index');
  return representation === 'RELATIVE' ? text : `${text} + ${offset}`;
}

function componentsText({ type, components, selection }: Operand, place: OperandPlace): string {
  if (selection.mode === 'none') {
    const isPlain =
      type === 'IMMEDIATE32' || type === 'IMMEDIATE64'
        ? components === 1
        : components === plainComponents(type);
    return isPlain && place !== 'buffer' ? '' : `:${components}`;
  }
  const letters = selectionLetters(selection);
  if (type === 'IMMEDIATE32' || type === 'IMMEDIATE64') {
    return selection.mode === 'mask' ? (letters === '' ? '' : `.mask(${letters})`) : `.${letters}`;
  }
  if (place === 'buffer' && selection.mode === 'swizzle' && letters === 'xyzw') {
    return '';
  }
  const isMask = selection.mode === 'mask';
  if (isMask === (place === 'destination') && letters !== '') {
    return `.${letters}`;
  }
  return isMask ? `.mask(${letters})` : `.read(${letters})`;
}

/** The letters of the components that are selected. */
function selectionLetters(selection: Selection): string {
  switch (selection.mode) {
    case 'none':
      return '';
    case 'mask':
      return maskLetters(selection.mask);
    case 'swizzle':
      return selection.swizzle.map((component) => 'xyzw'[component]).join('');
    case 'select':
      return 'xyzw'[selection.component];
  }
}

/** The letters of a mask, bit 0 for x. */
export function maskLetters(mask: number): string {
  return [...'xyzw'].filter((_, i) => (mask >> i) & 1).join('');
}

function reservedText({ selection, reserved }: Operand, place: OperandPlace): string {
  return reserved === usualReserved(selection, place === 'index') ? '' : `{0x${reserved.toString(16)}}`;
}
