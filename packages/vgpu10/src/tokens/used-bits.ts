import type { ControlField } from '../declaration-table.js';
import type { InstructionLayout } from '../instruction-table.js';
import type { Selection } from '../program.js';

/**
 * The bits of a token that mean something. What is left over is reserved: it is kept, and can be anything.
 */

/** The mask of `bits` bits from `low` on. */
const mask = (low: number, bits: number) => ((1 << bits) - 1) << low;

/** Of opcode and operand tokens: another one follows. */
export const EXTENDED = 0x80000000;

/** The opcode, the length and the extension of a statement. */
const STATEMENT = mask(0, 11) | mask(24, 7) | EXTENDED;
/** The number of components, the type, the number of indices and the extension of an operand. */
const OPERAND = mask(0, 2) | mask(12, 10) | EXTENDED;

const selectionBits = { none: 0, mask: mask(2, 6), swizzle: mask(2, 10), select: mask(2, 4) } as const;

export function operandBits({ mode }: Selection, indices: number): number {
  return OPERAND | selectionBits[mode] | mask(22, 3 * indices);
}

const controlBits = {
  none: 0,
  test: mask(18, 1),
  resinfo: mask(11, 2),
  sampleInfo: mask(11, 2),
  sync: mask(11, 4),
  vmware: mask(11, 4),
} as const;

export function instructionBits({ control, computes }: InstructionLayout): number {
  return STATEMENT | controlBits[control] | (computes ? mask(13, 1) | mask(19, 4) : 0);
}

export function declarationBits(controls: readonly ControlField[]): number {
  return controls.reduce((used, { bit, bits }) => used | mask(bit, bits), STATEMENT);
}
