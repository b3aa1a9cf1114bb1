import { byOpcode } from './by-opcode.js';
import { decodeOperands } from './decode-operand.js';
import { instructionReturnTypes, resinfoReturnTypes, resourceDimensions } from '../enumerations.js';
import {
  instructionLayouts,
  vmwareOpcodes,
  type InstructionLayout,
  type InstructionOpcode,
} from '../instruction-table.js';
import type { Controls, ExtendedControls, Instruction } from '../program.js';
import { decodeReturns, field, nameOf, type TokenReader } from './token-reader.js';
import { EXTENDED, instructionBits } from './used-bits.js';

const VMWARE = 107;

/** Of a test, in the control bits of its opcode token. */
const NON_ZERO_BIT = 2 ** 7;

const opcodes = /* @__PURE__ */ byOpcode(instructionLayouts);

/** Nearly all instructions have one of these. Shared, they leave the collector half as much of a long program. */
const PLAIN: Controls = /* @__PURE__ */ Object.freeze({
  saturate: false,
  precise: 0,
  nonZero: false,
  returns: 'FLOAT',
  immediate: 0,
});
const NON_ZERO: Controls = /* @__PURE__ */ Object.freeze({ ...PLAIN, nonZero: true });
const NOT_EXTENDED: ExtendedControls = /* @__PURE__ */ Object.freeze({
  offsets: undefined,
  resource: undefined,
  resourceReturns: undefined,
});

/**
 * The instruction behind its opcode token, which has been read from index `at`.
 * @throws Vgpu10Error EBADMSG
 */
export function decodeInstruction(reader: TokenReader, at: number, token: number): Instruction {
  const number = field(token, 0, 11);
  const opcode =
    number === VMWARE
      ? nameOf(reader, 'opcode 107,', vmwareOpcodes, field(token, 11, 4))
      : nameOf(reader, 'opcode', opcodes, number);
  const layout = instructionLayouts[opcode];
  const controls = decodeControls(reader, token, layout);
  const extended = token >= EXTENDED ? decodeExtended(reader, opcode, layout) : NOT_EXTENDED;
  return {
    opcode,
    at,
    reserved: (token & ~instructionBits(layout)) >>> 0,
    controls: opcode === 'INTERFACE_CALL' ? { ...controls, immediate: reader.next() } : controls,
    extended,
    destinations: decodeOperands(reader, layout.destinations.length),
    sources: decodeOperands(reader, layout.sources.length),
  };
}

function decodeControls(reader: TokenReader, token: number, layout: InstructionLayout): Controls {
  const { control, computes } = layout;
  const bits = field(token, 11, 13);
  if (bits === 0) {
    return PLAIN;
  }
  if (bits === NON_ZERO_BIT && control === 'test') {
    return NON_ZERO;
  }
  return {
    saturate: computes && field(token, 13, 1) === 1,
    precise: computes ? field(token, 19, 4) : 0,
    nonZero: control === 'test' && field(token, 18, 1) === 1,
    returns: decodeInfoReturn(reader, token, control),
    immediate: control === 'sync' ? field(token, 11, 4) : 0,
  };
}

function decodeInfoReturn(
  reader: TokenReader,
  token: number,
  control: InstructionLayout['control'],
): Controls['returns'] {
  if (control !== 'resinfo' && control !== 'sampleInfo') {
    return 'FLOAT';
  }
  const names = control === 'resinfo' ? resinfoReturnTypes : instructionReturnTypes;
  return nameOf(reader, 'return type', names, field(token, 11, 2));
}

/** Extended tokens: sample controls, resource dimension and return types, each at most once and in this order. */
function decodeExtended(
  reader: TokenReader,
  opcode: InstructionOpcode,
  { hasResource }: InstructionLayout,
): ExtendedControls {
  if (!hasResource) {
    throw reader.bad(`an extended opcode token of ${opcode}`);
  }
  const extended: { -readonly [K in keyof ExtendedControls]: ExtendedControls[K] } = { ...NOT_EXTENDED };
  for (let token = EXTENDED, last = 0; token >= EXTENDED;) {
    token = reader.next();
    const kind = field(token, 0, 6);
    const restIsZero = (token & ~EXTENDED) >>> EXTENDED_BITS[kind] === 0;
    if (kind <= last || kind > 3 || !restIsZero || (kind === 1 && field(token, 6, 3) !== 0)) {
      throw reader.bad(`extended opcode token 0x${token.toString(16)} is unknown here`);
    }
    last = kind;
    if (kind === 1) {
      extended.offsets = [
        signed(field(token, 9, 4)),
        signed(field(token, 13, 4)),
        signed(field(token, 17, 4)),
      ];
    } else if (kind === 2) {
      const dimension = nameOf(reader, 'resource dimension', resourceDimensions, field(token, 6, 5));
      extended.resource = { dimension, stride: field(token, 11, 12) };
    } else {
      extended.resourceReturns = decodeReturns(reader, (token & ~EXTENDED) >>> 6);
    }
  }
  return extended;
}

/** The number of bits that an extended token of a kind uses. */
const EXTENDED_BITS = [0, 21, 23, 22];

const signed = (fourBits: number) => (fourBits << 28) >> 28;
