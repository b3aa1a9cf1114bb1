import { indexRepresentations, operandTypes, type OperandType } from '../enumerations.js';
import { usualReserved, type Index, type Operand, type Selection } from '../program.js';
import { doubleOf, wordOf } from './number-text.js';
import type { OperandPlace } from './operand-text.js';
import { plainComponents, registerNames } from './register-names.js';
import type { TextScanner } from './text-scanner.js';

/** More levels of operands in indices do not fit a statement. */
const MOST_LEVELS = 64;

let types: ReadonlyMap<string, OperandType> | undefined;

/** One operand as `operandText` writes it. @throws Vgpu10Error EINVAL */
export function parseOperand(scanner: TextScanner, place: OperandPlace, level = 0): Operand {
  if (level > MOST_LEVELS) {
    throw scanner.invalid(`more than ${MOST_LEVELS} operands within each other`);
  }
  const negative = scanner.skip('-');
  const magnitude = scanner.skip('|');
  const register = parseRegister(scanner, level);
  const { components, selection } = parseComponents(scanner, register, place);
  const reserved = scanner.reservedBits() ?? usualReserved(selection, place === 'index');
  if (magnitude) {
    scanner.expect('|');
  }
  return {
    ...register,
    components,
    selection,
    modifier: magnitude ? (negative ? 'ABSNEG' : 'ABS') : negative ? 'NEG' : 'NONE',
    reserved,
  };
}

type Register = Pick<Operand, 'type' | 'indices' | 'immediate'>;

function parseRegister(scanner: TextScanner, level: number): Register {
  if (scanner.skip('l(')) {
    return parseImmediate(scanner, 'IMMEDIATE32', level);
  }
  if (scanner.skip('d(')) {
    return parseImmediate(scanner, 'IMMEDIATE64', level);
  }
  types ??= new Map(operandTypes.map((type) => [registerNames[type as keyof typeof registerNames], type]));
  const name = scanner.need(/[a-zA-Z]+/y, 'an operand');
  const type = types.get(name);
  if (type === undefined) {
    throw scanner.invalid(`register ${name} is unknown`);
  }
  const number = scanner.take(/\d+(?!\d)/y);
  const first = number === undefined ? [] : [plainIndex(scanner, Number(number))];
  return { type, indices: [...first, ...parseIndices(scanner, level)], immediate: [] };
}

function parseImmediate(scanner: TextScanner, type: 'IMMEDIATE32' | 'IMMEDIATE64', level: number): Register {
  const immediate: number[] = [];
  do {
    scanner.blanks();
    immediate.push(...parseWords(scanner, type));
    scanner.blanks();
  } while (scanner.skip(',') && immediate.length < 4);
  scanner.expect(')');
  return { type, indices: parseIndices(scanner, level), immediate };
}

function parseWords(scanner: TextScanner, type: 'IMMEDIATE32' | 'IMMEDIATE64'): readonly number[] {
  if (type === 'IMMEDIATE32') {
    return [parseWord(scanner)];
  }
  const text = scanner.need(NUMBER, 'a number');
  const words = doubleOf(text);
  if (words === undefined) {
    throw scanner.invalid(`${text} is no number of 64 bits`);
  }
  return words;
}

const NUMBER = /-?[\w.]+(?:(?<=\de)[+-]\d+)?/y;

/** A word as `wordText` writes it. @throws Vgpu10Error EINVAL */
export function parseWord(scanner: TextScanner): number {
  const text = scanner.need(NUMBER, 'a number');
  const word = wordOf(text);
  if (word === undefined) {
    throw scanner.invalid(`${text} is no number of 32 bits`);
  }
  return word;
}

const plainIndex = (scanner: TextScanner, offset: number): Index => {
  if (offset >= 2 ** 32) {
    throw scanner.invalid(`index ${offset} does not fit 32 bits`);
  }
  return { representation: 'IMMEDIATE32', offset, relative: undefined };
};

function parseIndices(scanner: TextScanner, level: number): Index[] {
  const indices: Index[] = [];
  while (scanner.skip('[')) {
    scanner.blanks();
    indices.push(parseIndex(scanner, level));
    scanner.blanks();
    scanner.expect(']');
  }
  return indices;
}

function parseIndex(scanner: TextScanner, level: number): Index {
  const number = scanner.take(/\d+/y);
  if (number !== undefined) {
    return plainIndex(scanner, Number(number));
  }
  const relative = parseOperand(scanner, 'index', level + 1);
  scanner.blanks();
  const isSum = scanner.skip('+');
  scanner.blanks();
  return {
    representation: indexRepresentations[isSum ? 3 : 2],
    offset: isSum ? scanner.number('an offset') : 0,
    relative,
  };
}

type Components = Pick<Operand, 'components' | 'selection'>;

function parseComponents(
  scanner: TextScanner,
  { type, immediate }: Register,
  place: OperandPlace,
): Components {
  const count = scanner.take(/:[01]/y);
  if (count !== undefined) {
    return { components: count === ':0' ? 0 : 1, selection: { mode: 'none' } };
  }
  const explicit = scanner.take(/\.(?:mask|read)\(/y);
  if (explicit !== undefined) {
    const letters = scanner.take(/[xyzw]*/y)!;
    scanner.expect(')');
    return { components: 4, selection: selectionOf(scanner, letters, explicit === '.mask(') };
  }
  const isImmediate = type === 'IMMEDIATE32' || type === 'IMMEDIATE64';
  const letters = scanner.take(/\.[xyzw]+/y)?.slice(1);
  if (letters !== undefined) {
    return {
      components: 4,
      selection: selectionOf(scanner, letters, place === 'destination' && !isImmediate),
    };
  }
  if (isImmediate) {
    return immediate.length === 4
      ? { components: 4, selection: { mode: 'mask', mask: 0 } }
      : { components: 1, selection: { mode: 'none' } };
  }
  return place === 'buffer'
    ? { components: 4, selection: { mode: 'swizzle', swizzle: [0, 1, 2, 3] } }
    : { components: plainComponents(type), selection: { mode: 'none' } };
}

function selectionOf(scanner: TextScanner, letters: string, isMask: boolean): Selection {
  const components = [...letters].map((letter) => 'xyzw'.indexOf(letter));
  if (isMask) {
    if (components.some((component, i) => i > 0 && component <= components[i - 1])) {
      throw scanner.invalid(`mask ${letters} is not in order`);
    }
    return { mode: 'mask', mask: components.reduce((mask, component) => mask | (1 << component), 0) };
  }
  const [x, y, z, w] = components;
  if (components.length === 1) {
    return { mode: 'select', component: x };
  }
  if (components.length !== 4) {
    throw scanner.invalid(`swizzle ${letters} has ${components.length} components`);
  }
  return { mode: 'swizzle', swizzle: [x, y, z, w] };
}

/** A mask in parentheses of letters in order. */
export function parseMask(scanner: TextScanner): number {
  const selection = selectionOf(scanner, scanner.need(/[xyzw]+/y, 'components'), true);
  return selection.mode === 'mask' ? selection.mask : 0;
}
