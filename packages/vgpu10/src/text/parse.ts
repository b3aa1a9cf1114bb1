import { customDataClasses } from '../enumerations.js';
import { Vgpu10Error } from '../errors.js';
import type { Declaration, Program, Statement } from '../program.js';
import { encodeStatement } from '../tokens/encode.js';
import { TokenWriter } from '../tokens/token-writer.js';
import { nameText } from './declaration-syntax.js';
import { parseDeclaration } from './parse-declaration.js';
import { parseInstruction } from './parse-instruction.js';
import { parseWord } from './parse-operand.js';
import { profileOf } from './profile.js';
import { TextScanner } from './text-scanner.js';

/**
 * The program of a text as {@link formatShader} writes it. Blank lines, indents and comments (`// …`) do not matter.
 * @throws Vgpu10Error EINVAL, with the number of the line
 */
export function parseShader(text: string): Program {
  const scanner = new TextScanner(text);
  scanner.newLines();
  const profile = profileOf(scanner.take(/\w+/y) ?? '');
  if (profile === undefined) {
    throw scanner.invalid('a profile such as ps_4_0 expected');
  }
  const writer = new TokenWriter();
  writer.putAll([0, 0]);
  const statements: Statement[] = [];
  for (endLine(scanner); !scanner.isAtEnd; endLine(scanner)) {
    const { line } = scanner;
    const statement = parseStatement(scanner, writer.at);
    try {
      encodeStatement(writer, statement);
    } catch (error) {
      throw error instanceof Vgpu10Error ? new Vgpu10Error(error.code, error.what, line, 'line') : error;
    }
    statements.push(statement);
  }
  return { ...profile, statements };
}

function endLine(scanner: TextScanner): void {
  if (!scanner.newLines()) {
    throw scanner.invalid('the end of the line expected');
  }
}

function parseStatement(scanner: TextScanner, at: number): Statement {
  const custom = scanner.take(/dcl_immediateConstantBuffer\b|customdata_\w+/y);
  if (custom !== undefined) {
    return parseCustomData(scanner, at, custom);
  }
  const statement = scanner.startsWith('dcl_')
    ? parseDeclaration(scanner, at)
    : parseInstruction(scanner, at);
  scanner.blanks();
  const reserved = scanner.reservedBits();
  return reserved === undefined ? statement : { ...statement, reserved };
}

function parseCustomData(scanner: TextScanner, at: number, head: string): Declaration {
  const name = customDataClasses.find((name) => head === `customdata_${nameText(name)}`);
  if (name === undefined && head.startsWith('customdata_')) {
    throw scanner.invalid(`${head} is unknown`);
  }
  scanner.separator('{');
  const words = Uint32Array.from(parseRows(scanner));
  scanner.expect('}');
  return name === undefined
    ? { opcode: 'DCL_IMMEDIATE_CONSTANT_BUFFER', at, reserved: 0, words }
    : { opcode: 'CUSTOMDATA', at, reserved: 0, class: name, words };
}

/** Rows of words in braces, with commas between. */
function parseRows(scanner: TextScanner): number[] {
  const words: number[] = [];
  scanner.newLines();
  while (scanner.skip('{')) {
    do {
      scanner.blanks();
      words.push(parseWord(scanner));
      scanner.blanks();
    } while (scanner.skip(','));
    scanner.expect('}');
    scanner.skip(',');
    scanner.newLines();
  }
  return words;
}
