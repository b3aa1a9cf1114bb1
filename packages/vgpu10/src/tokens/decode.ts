import { declarationTable, type ControlField, type WordField } from '../declaration-table.js';
import { customDataClasses, isShaderModel, programTypes, systemNames } from '../enumerations.js';
import { byOpcode } from './by-opcode.js';
import { decodeInstruction } from './decode-instruction.js';
import { decodeOperand } from './decode-operand.js';
import { Vgpu10Error } from '../errors.js';
import type { Declaration, DeclarationOpcode, Program, Statement } from '../program.js';
import { decodeReturns, field, nameOf, TokenReader } from './token-reader.js';
import { declarationBits, EXTENDED } from './used-bits.js';

const HEADER_TOKENS = 2;
const CUSTOMDATA = 53;
const DCL_IMMEDIATE_CONSTANT_BUFFER = 3;

const declarationOpcodes = /* @__PURE__ */ byOpcode(declarationTable);

/**
 * Decodes a shader. Its length is in its second token; words behind it are not looked at. Every token is read a few
 * times, and the program takes memory in proportion to them.
 * @param words little-endian 32-bit tokens, as in the memory that a shader is bound to
 * @throws Vgpu10Error EBADMSG, with the index of the token, for tokens that are damaged or unknown
 */
export function decodeShader(words: Uint32Array): Program {
  const reader = new TokenReader(words, Math.min(words.length, HEADER_TOKENS));
  const version = reader.next();
  const [major, minor] = [field(version, 4, 4), field(version, 0, 4)];
  const type = nameOf(reader, 'program type', programTypes, version >>> 16);
  if (field(version, 8, 8) !== 0 || !isShaderModel(major, minor)) {
    throw reader.bad(`shader model ${major}.${minor} is unknown`);
  }
  const length = reader.next();
  if (length < HEADER_TOKENS || length > words.length) {
    throw reader.bad(`a length of ${length} tokens, in ${words.length} words`);
  }
  const statements: Statement[] = [];
  while (reader.at < length) {
    reader.end += statementLength(words, reader.at, length);
    statements.push(decodeStatement(reader));
  }
  return { type, major, minor, statements };
}

/** The number of tokens of the statement at `at`, which ends within `length`. */
function statementLength(words: Uint32Array, at: number, length: number): number {
  const isCustom = field(words[at], 0, 11) === CUSTOMDATA;
  if (isCustom && at + 1 >= length) {
    throw new Vgpu10Error('EBADMSG', 'custom data without a length', at);
  }
  const own = isCustom ? words[at + 1] : field(words[at], 24, 7);
  if (own < (isCustom ? 2 : 1) || own > length - at) {
    throw new Vgpu10Error('EBADMSG', `a statement of ${own} tokens, of which ${length - at} are there`, at);
  }
  return own;
}

function decodeStatement(reader: TokenReader): Statement {
  const { at } = reader;
  const token = reader.next();
  const opcode = field(token, 0, 11);
  if (opcode === CUSTOMDATA) {
    return decodeCustomData(reader, at, token >>> 11);
  }
  const declaration = declarationOpcodes[opcode];
  const statement =
    declaration === undefined
      ? decodeInstruction(reader, at, token)
      : decodeDeclaration(reader, at, token, declaration);
  reader.finish();
  return statement;
}

function decodeCustomData(reader: TokenReader, at: number, kind: number): Declaration {
  const isConstants = kind === DCL_IMMEDIATE_CONSTANT_BUFFER;
  const name = isConstants ? undefined : nameOf(reader, 'custom data class', customDataClasses, kind);
  reader.next();
  const words = reader.rest();
  if (name !== undefined) {
    return { opcode: 'CUSTOMDATA', at, reserved: 0, class: name, words };
  }
  if (words.length % 4 !== 0) {
    throw new Vgpu10Error(
      'EBADMSG',
      `immediate constants of ${words.length} words, not of four each`,
      at + 1,
    );
  }
  return { opcode: 'DCL_IMMEDIATE_CONSTANT_BUFFER', at, reserved: 0, words };
}

function decodeDeclaration(
  reader: TokenReader,
  at: number,
  token: number,
  opcode: keyof typeof declarationTable,
): Declaration {
  const { controls, operand, words } = declarationTable[opcode];
  const declaration: Record<string, unknown> & { opcode: DeclarationOpcode } = { opcode, at };
  for (const control of controls) {
    declaration[control.field] = controlValue(reader, token, control);
  }
  if (token >= EXTENDED) {
    throw reader.bad(`an extended opcode token of ${opcode}`);
  }
  declaration.reserved = (token & ~declarationBits(controls)) >>> 0;
  if (operand) {
    declaration.operand = decodeOperand(reader);
  }
  for (const word of words) {
    declaration[word.field] = wordValue(reader, word);
  }
  return declaration as unknown as Declaration;
}

function controlValue(
  reader: TokenReader,
  token: number,
  { field: name, bit, bits, names }: ControlField,
): unknown {
  const value = field(token, bit, bits);
  return names !== undefined ? nameOf(reader, name, names, value) : bits === 1 ? value === 1 : value;
}

function wordValue(reader: TokenReader, { form }: WordField): unknown {
  if (form === 'rest') {
    return reader.rest();
  }
  const word = reader.next();
  switch (form) {
    case 'number':
      return word;
    case 'systemName':
      return nameOf(reader, 'system name', systemNames, word);
    case 'returns':
      return decodeReturns(reader, word);
  }
}
