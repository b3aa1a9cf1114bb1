import { resourceDimensions, returnTypes } from '../enumerations.js';
import { instructionLayouts } from '../instruction-table.js';
import type { ExtendedControls, Instruction, Operand, ReturnTypes, TexelOffsets } from '../program.js';
import { mnemonics, type Mnemonic } from './mnemonics.js';
import { parseName } from './parse-name.js';
import { parseMask, parseOperand } from './parse-operand.js';
import type { TextScanner } from './text-scanner.js';

/** One instruction without reserved bits. @throws Vgpu10Error EINVAL */
export function parseInstruction(scanner: TextScanner, at: number): Instruction {
  const { opcode, controls } = takeMnemonic(scanner);
  const extended = parseExtended(scanner);
  scanner.blanks();
  const precise = scanner.skip('[precise(') ? parseMask(scanner) : 0;
  if (precise !== 0) {
    scanner.expect(')]');
    scanner.blanks();
  }
  const isCall = opcode === 'INTERFACE_CALL';
  const immediate = isCall ? scanner.number('a function') : controls.immediate;
  const { destinations, sources } = instructionLayouts[opcode];
  return {
    opcode,
    at,
    reserved: 0,
    controls: { ...controls, precise, immediate },
    extended,
    destinations: parseOperands(scanner, 'destination', destinations.length, isCall),
    sources: parseOperands(scanner, 'source', sources.length, isCall || destinations.length > 0),
  };
}

/** @param isBehind whether something stands before them, so that a comma does as well */
function parseOperands(
  scanner: TextScanner,
  place: 'destination' | 'source',
  length: number,
  isBehind: boolean,
): Operand[] {
  const operands: Operand[] = [];
  for (let i = 0; i < length; i++) {
    if (isBehind || i > 0) {
      scanner.separator(',');
    }
    operands.push(parseOperand(scanner, place));
  }
  return operands;
}

/** The mnemonic, up to what extended tokens add to it. */
function takeMnemonic(scanner: TextScanner): Mnemonic {
  const word = scanner.need(/[a-zA-Z]\w*?(?=_(?:aoffimmi|indexable|returns)\(|\W|$)/y, 'a statement');
  const mnemonic = mnemonics().get(word);
  if (mnemonic === undefined) {
    throw scanner.invalid(`statement ${word} is unknown`);
  }
  return mnemonic;
}

function parseExtended(scanner: TextScanner): ExtendedControls {
  const offsets = scanner.skip('_aoffimmi(') ? parseOffsets(scanner) : undefined;
  const resource = scanner.skip('_indexable(') ? parseResource(scanner) : undefined;
  const resourceReturns = scanner.skip('_returns') ? parseReturns(scanner) : undefined;
  return { offsets, resource, resourceReturns };
}

function parseOffsets(scanner: TextScanner): TexelOffsets {
  const offset = () => Number(scanner.need(/ *-?\d/y, 'a texel offset'));
  const u = offset();
  scanner.separator(',');
  const v = offset();
  scanner.separator(',');
  const w = offset();
  scanner.separator(')');
  return [u, v, w];
}

function parseResource(scanner: TextScanner): ExtendedControls['resource'] {
  const dimension = parseName(scanner, 'a resource dimension', resourceDimensions);
  scanner.blanks();
  const stride = scanner.skip(', stride=') ? scanner.number('a stride') : 0;
  scanner.separator(')');
  return { dimension, stride };
}

/** Four return types in parentheses. @throws Vgpu10Error EINVAL */
export function parseReturns(scanner: TextScanner): ReturnTypes {
  const next = (before: string) => {
    scanner.separator(before);
    return parseName(scanner, 'a return type', returnTypes);
  };
  const returns: ReturnTypes = [next('('), next(','), next(','), next(',')];
  scanner.blanks();
  scanner.expect(')');
  return returns;
}
