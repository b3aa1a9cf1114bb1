import { declarationTable, type ControlField, type WordField } from '../declaration-table.js';
import { encodeInstruction } from './encode-instruction.js';
import { encodeOperand } from './encode-operand.js';
import { customDataClasses, isShaderModel, programTypes, systemNames } from '../enumerations.js';
import { isInstruction, type CustomData, type Declaration, type Operand, type Program } from '../program.js';
import type { DclImmediateConstantBuffer, ReturnTypes, Statement } from '../program.js';
import { encodeReturns, TokenWriter } from './token-writer.js';
import { declarationBits } from './used-bits.js';

const CUSTOMDATA = 53;
const DCL_IMMEDIATE_CONSTANT_BUFFER = 3;

/**
 * The tokens of a program: of a decoded one the same to the bit. The `at` of statements is ignored.
 * @throws Vgpu10Error EINVAL, with the index of the token, for a program that has none: unknown names, numbers that do
 *   not fit, another number of operands, more than 127 tokens in a statement
 */
export function encodeShader({ type, major, minor, statements }: Program): Uint32Array {
  const writer = new TokenWriter();
  if (!isShaderModel(major, minor)) {
    throw writer.invalid(`shader model ${major}.${minor} is unknown`);
  }
  writer.put((writer.numberOf(programTypes, type) << 16) | (major << 4) | minor);
  writer.put(0);
  for (const statement of statements) {
    encodeStatement(writer, statement);
  }
  return writer.finish();
}

/** One statement. @throws Vgpu10Error EINVAL */
export function encodeStatement(writer: TokenWriter, statement: Statement): void {
  const start = writer.at;
  if (isInstruction(statement)) {
    encodeInstruction(writer, statement);
  } else if (statement.opcode === 'CUSTOMDATA' || statement.opcode === 'DCL_IMMEDIATE_CONSTANT_BUFFER') {
    encodeCustomData(writer, statement);
    return;
  } else {
    encodeDeclaration(writer, statement);
  }
  writer.closeStatement(start);
}

function encodeCustomData(writer: TokenWriter, statement: CustomData | DclImmediateConstantBuffer): void {
  const { words } = statement;
  const isConstants = statement.opcode === 'DCL_IMMEDIATE_CONSTANT_BUFFER';
  if (isConstants && words.length % 4 !== 0) {
    throw writer.invalid(`immediate constants of ${words.length} words, not of four each`);
  }
  const kind = isConstants
    ? DCL_IMMEDIATE_CONSTANT_BUFFER
    : writer.numberOf(customDataClasses, statement.class);
  writer.put(CUSTOMDATA | (kind << 11));
  writer.put(words.length + 2);
  writer.putAll(words);
}

function encodeDeclaration(
  writer: TokenWriter,
  declaration: Exclude<Declaration, CustomData | DclImmediateConstantBuffer>,
): void {
  const layout = declarationTable[declaration.opcode];
  if (layout === undefined) {
    throw writer.invalid(`${String(declaration.opcode)} is unknown`);
  }
  const fields = declaration as unknown as Readonly<Record<string, unknown>>;
  let token = layout.opcode | writer.reservedBits(declaration.reserved, declarationBits(layout.controls));
  for (const control of layout.controls) {
    token |= controlBits(writer, fields[control.field], control) << control.bit;
  }
  writer.put(token);
  if (layout.operand) {
    encodeOperand(writer, fields.operand as Operand);
  }
  for (const word of layout.words) {
    encodeWord(writer, fields[word.field], word);
  }
}

function controlBits(writer: TokenWriter, value: unknown, { field, bits, names }: ControlField): number {
  if (names !== undefined) {
    return writer.numberOf(names, value as string);
  }
  return writer.fit(Number(value), bits, field);
}

function encodeWord(writer: TokenWriter, value: unknown, { field, form }: WordField): void {
  switch (form) {
    case 'number':
      writer.put(writer.fit(value as number, 32, field));
      break;
    case 'systemName':
      writer.put(writer.numberOf(systemNames, value as string));
      break;
    case 'returns':
      writer.put(encodeReturns(writer, value as ReturnTypes));
      break;
    case 'rest':
      writer.putAll(value as Uint32Array);
  }
}
