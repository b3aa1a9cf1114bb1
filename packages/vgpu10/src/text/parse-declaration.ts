import type { Declaration } from '../program.js';
import {
  declarationHeads,
  declarationParts,
  type DeclarationHead,
  type DeclarationPart,
} from './declaration-syntax.js';
import { parseReturns } from './parse-instruction.js';
import { parseName } from './parse-name.js';
import { parseOperand, parseWord } from './parse-operand.js';
import type { TextScanner } from './text-scanner.js';

let heads: readonly DeclarationHead[] | undefined;

/** One declaration without reserved bits. @throws Vgpu10Error EINVAL */
export function parseDeclaration(scanner: TextScanner, at: number): Declaration {
  heads ??= declarationHeads();
  const opcode = heads.find(({ word, isWhole }) => scanner.startsWith(word, isWhole))?.opcode;
  if (opcode === undefined) {
    throw scanner.invalid('a declaration expected');
  }
  const declaration: Record<string, unknown> = { opcode, at, reserved: 0 };
  for (const part of declarationParts(opcode)) {
    parsePart(scanner, part, declaration);
  }
  return declaration as unknown as Declaration;
}

function parsePart(scanner: TextScanner, part: DeclarationPart, declaration: Record<string, unknown>): void {
  switch (part.form) {
    case 'literal':
      parseLiteral(scanner, part.text);
      break;
    case 'operand':
      declaration.operand = parseOperand(scanner, part.place);
      break;
    case 'flag':
      declaration[part.field] = parseFlag(scanner, part.text);
      break;
    case 'name':
      declaration[part.field] = parseName(scanner, part.field, part.names);
      break;
    case 'returns':
      declaration[part.field] = parseReturns(scanner);
      break;
    case 'number':
      declaration[part.field] = scanner.number(part.field);
      break;
    case 'samples':
      declaration[part.field] = parseSamples(scanner);
      break;
    case 'word':
      declaration[part.field] = parseWord(scanner);
      break;
    case 'words':
      declaration[part.field] = parseWords(scanner);
  }
}

/** A literal, in which a blank stands for any number of them. */
function parseLiteral(scanner: TextScanner, text: string): void {
  for (const [i, piece] of text.split(' ').entries()) {
    if (i > 0) {
      scanner.blanks();
    }
    if (piece !== '') {
      scanner.expect(piece);
    }
  }
}

/** Flags that are separate words may have `|` between them. */
function parseFlag(scanner: TextScanner, text: string): boolean {
  if (!text.startsWith(' ')) {
    return scanner.skip(text);
  }
  scanner.blanks();
  scanner.skip('|');
  scanner.blanks();
  return scanner.skipWord(text.trimStart());
}

function parseSamples(scanner: TextScanner): number {
  if (!scanner.skip('(')) {
    return 0;
  }
  const samples = scanner.number('samples');
  scanner.expect(')');
  return samples;
}

function parseWords(scanner: TextScanner): Uint32Array {
  const words: number[] = [];
  if (scanner.stands(/[\w-]/y)) {
    do {
      scanner.blanks();
      words.push(parseWord(scanner));
      scanner.blanks();
    } while (scanner.skip(','));
  }
  return Uint32Array.from(words);
}
