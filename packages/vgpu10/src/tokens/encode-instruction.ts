import { encodeOperand } from './encode-operand.js';
import { instructionReturnTypes, resinfoReturnTypes, resourceDimensions } from '../enumerations.js';
import { instructionLayouts, vmwareOpcodes, type InstructionLayout } from '../instruction-table.js';
import type { Instruction, Operand } from '../program.js';
import { encodeReturns, type TokenWriter } from './token-writer.js';
import { EXTENDED, instructionBits } from './used-bits.js';

/** One instruction, without its length. @throws Vgpu10Error EINVAL */
export function encodeInstruction(writer: TokenWriter, instruction: Instruction): void {
  const { opcode, reserved, controls, destinations, sources } = instruction;
  const layout = instructionLayouts[opcode];
  if (layout === undefined) {
    throw writer.invalid(`${String(opcode)} is unknown`);
  }
  if (destinations.length !== layout.destinations.length || sources.length !== layout.sources.length) {
    throw writer.invalid(`${opcode} with ${destinations.length} destinations and ${sources.length} sources`);
  }
  checkControls(writer, instruction, layout);
  const extended = extendedTokens(writer, instruction, layout);
  const token =
    layout.opcode |
    controlBits(writer, instruction, layout) |
    writer.reservedBits(reserved, instructionBits(layout));
  writer.put(extended.length === 0 ? token : token | EXTENDED);
  writer.putAll(extended);
  if (opcode === 'INTERFACE_CALL') {
    writer.put(writer.fit(controls.immediate, 32, 'function'));
  }
  encodeOperands(writer, destinations);
  encodeOperands(writer, sources);
}

function encodeOperands(writer: TokenWriter, operands: readonly Operand[]): void {
  for (const operand of operands) {
    encodeOperand(writer, operand);
  }
}

/** Controls that the opcode does not have must have the values of none. */
function checkControls(
  writer: TokenWriter,
  instruction: Instruction,
  { computes, control }: InstructionLayout,
): void {
  const { opcode } = instruction;
  const { saturate, precise, nonZero, returns, immediate } = instruction.controls;
  if (!computes && (saturate || precise !== 0)) {
    throw writer.invalid(`${opcode} with saturation or precision`);
  }
  if (nonZero && control !== 'test') {
    throw writer.invalid(`${opcode} with a test`);
  }
  if (returns !== 'FLOAT' && control !== 'resinfo' && control !== 'sampleInfo') {
    throw writer.invalid(`${opcode} with a return type`);
  }
  if (immediate !== 0 && control !== 'sync' && opcode !== 'INTERFACE_CALL') {
    throw writer.invalid(`${opcode} with a number`);
  }
}

function controlBits(writer: TokenWriter, instruction: Instruction, layout: InstructionLayout): number {
  const { saturate, precise, nonZero, returns, immediate } = instruction.controls;
  const arithmetic = layout.computes
    ? (Number(saturate) << 13) | (writer.fit(precise, 4, 'precise mask') << 19)
    : 0;
  switch (layout.control) {
    case 'none':
      return arithmetic;
    case 'test':
      return Number(nonZero) << 18;
    case 'resinfo':
      return arithmetic | (writer.numberOf(resinfoReturnTypes, returns) << 11);
    case 'sampleInfo':
      return arithmetic | (writer.numberOf(instructionReturnTypes, returns) << 11);
    case 'sync':
      return writer.fit(immediate, 4, 'sync flags') << 11;
    case 'vmware':
      return writer.numberOf(vmwareOpcodes, instruction.opcode) << 11;
  }
}

/** The extended opcode tokens, in the order of their kinds; all but the last are marked as followed by another. */
function extendedTokens(
  writer: TokenWriter,
  { opcode, extended: { offsets, resource, resourceReturns } }: Instruction,
  { hasResource }: InstructionLayout,
): number[] {
  const tokens: number[] = [];
  if (offsets !== undefined) {
    const [u, v, w] = offsets.map((texels) => writer.fit(texels + 8, 4, 'texel offset') ^ 8);
    tokens.push(1 | (u << 9) | (v << 13) | (w << 17));
  }
  if (resource !== undefined) {
    const dimension = writer.numberOf(resourceDimensions, resource.dimension);
    tokens.push(2 | (dimension << 6) | (writer.fit(resource.stride, 12, 'stride') << 11));
  }
  if (resourceReturns !== undefined) {
    tokens.push(3 | (encodeReturns(writer, resourceReturns) << 6));
  }
  if (tokens.length > 0 && !hasResource) {
    throw writer.invalid(`an extended opcode token of ${opcode}`);
  }
  return tokens.map((token, i) => (i < tokens.length - 1 ? token | EXTENDED : token));
}
