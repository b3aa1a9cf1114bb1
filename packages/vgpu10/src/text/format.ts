import { isInstruction, type Declaration, type Instruction, type Operand, type Program } from '../program.js';
import type { CustomData, DclImmediateConstantBuffer, ExtendedControls, Statement } from '../program.js';
import { declarationParts, nameText, type DeclarationPart } from './declaration-syntax.js';
import { mnemonicText } from './mnemonics.js';
import { hexText, wordText } from './number-text.js';
import { maskLetters, operandText } from './operand-text.js';
import { profileText } from './profile.js';

/** More levels of blocks are indented like this one, so that the text stays in proportion to the program. */
const MOST_LEVELS = 24;
const WORDS_PER_LINE = 8;

export interface FormatOptions {
  /** Whether a comment behind each statement says the index of its first token. */
  readonly places?: boolean;
}

/**
 * A program as assembly, a statement a line, in the notation of Direct3D's disassembler. {@link parseShader} reads it.
 */
export function formatShader(program: Program, { places = false }: FormatOptions = {}): string {
  const lines = [profileText(program)];
  let level = 0;
  for (const statement of program.statements) {
    level -= closes(statement) ? 1 : 0;
    const indent = '  '.repeat(Math.max(0, Math.min(level, MOST_LEVELS)));
    const place = places ? ` // ${statement.at}` : '';
    lines.push(`${indent}${statementText(statement)}${place}`);
    level += opens(statement) ? 1 : 0;
  }
  return `${lines.join('\n')}\n`;
}

const closing: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'ELSE',
  'ENDIF',
  'ENDLOOP',
  'ENDSWITCH',
  'CASE',
  'DEFAULT',
]);
const opening: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'IF',
  'ELSE',
  'LOOP',
  'SWITCH',
  'CASE',
  'DEFAULT',
]);
const closes = ({ opcode }: Statement) => closing.has(opcode);
const opens = ({ opcode }: Statement) => opening.has(opcode);

/** The text of one statement, without an indent. */
export function statementText(statement: Statement): string {
  if (isInstruction(statement)) {
    return instructionText(statement);
  }
  return statement.opcode === 'CUSTOMDATA' || statement.opcode === 'DCL_IMMEDIATE_CONSTANT_BUFFER'
    ? customDataText(statement)
    : declarationText(statement);
}

function instructionText(instruction: Instruction): string {
  const { opcode, controls, destinations, sources } = instruction;
  const { precise, immediate } = controls;
  const head = `${mnemonicText(instruction)}${extendedText(instruction.extended)}`;
  const operands = [
    ...(opcode === 'INTERFACE_CALL' ? [`${immediate}`] : []),
    ...destinations.map((operand) => operandText(operand, 'destination')),
    ...sources.map((operand) => operandText(operand, 'source')),
  ].join(', ');
  const exact = precise === 0 ? '' : ` [precise(${maskLetters(precise)})]`;
  return `${head}${exact}${operands === '' ? '' : ' '}${operands}${reservedText(instruction.reserved)}`;
}

function extendedText({ offsets, resource, resourceReturns }: ExtendedControls): string {
  const stride = resource === undefined || resource.stride === 0 ? '' : `, stride=${resource.stride}`;
  return [
    offsets === undefined ? '' : `_aoffimmi(${offsets.join(',')})`,
    resource === undefined ? '' : `_indexable(${nameText(resource.dimension)}${stride})`,
    resourceReturns === undefined ? '' : `_returns(${resourceReturns.map(nameText).join(',')})`,
  ].join('');
}

/** Behind a space, so that it is not the last operand's. */
function reservedText(reserved: number): string {
  return reserved === 0 ? '' : ` {0x${reserved.toString(16)}}`;
}

function declarationText(declaration: Exclude<Declaration, CustomData | DclImmediateConstantBuffer>): string {
  const fields = declaration as unknown as Readonly<Record<string, unknown>>;
  let text = '';
  for (const part of declarationParts(declaration.opcode)) {
    const isNextFlag = part.form === 'flag' && part.text.startsWith(' ') && text.includes(' ');
    const own = partText(part, fields);
    text += isNextFlag && own !== '' ? ` |${own}` : own;
  }
  return `${text}${reservedText(declaration.reserved)}`;
}

function partText(part: DeclarationPart, fields: Readonly<Record<string, unknown>>): string {
  switch (part.form) {
    case 'literal':
      return part.text;
    case 'operand':
      return operandText(fields.operand as Operand, part.place);
    case 'flag':
      return fields[part.field] === true ? part.text : '';
    case 'name':
      return nameText(fields[part.field] as string);
    case 'returns':
      return `(${(fields[part.field] as string[]).map(nameText).join(',')})`;
    case 'samples':
      return fields[part.field] === 0 ? '' : `(${String(fields[part.field])})`;
    case 'word':
      return wordText(fields[part.field] as number);
    case 'number':
      return String(fields[part.field]);
    case 'words':
      return Array.from(fields[part.field] as Uint32Array, hexText).join(', ');
  }
}

function customDataText(statement: CustomData | DclImmediateConstantBuffer): string {
  const { words } = statement;
  const isConstants = statement.opcode === 'DCL_IMMEDIATE_CONSTANT_BUFFER';
  const perLine = isConstants ? 4 : WORDS_PER_LINE;
  const rows = Array.from({ length: Math.ceil(words.length / perLine) }, (_, i) =>
    Array.from(words.subarray(i * perLine, (i + 1) * perLine), isConstants ? wordText : hexText).join(', '),
  );
  const head = isConstants ? 'dcl_immediateConstantBuffer' : `customdata_${nameText(statement.class)}`;
  return rows.length === 0 ? `${head} { }` : `${head} {\n${rows.map((row) => `  { ${row} }`).join(',\n')}\n}`;
}
