import { declarationTable } from '../src/declaration-table.js';
import { operandTypes, returnTypes, systemNames } from '../src/enumerations.js';
import { instructionLayouts } from '../src/instruction-table.js';
import type {
  Declaration,
  Index,
  Instruction,
  InstructionOpcode,
  Operand,
  Program,
  ReturnTypes,
  Selection,
  Statement,
} from '../src/index.js';
import type { Random } from './random.js';

const types = ['PIXEL', 'VERTEX', 'GEOMETRY', 'HULL', 'DOMAIN', 'COMPUTE'] as const;
const models = [
  [4, 0],
  [4, 1],
  [5, 0],
] as const;
const instructions = Object.keys(instructionLayouts) as InstructionOpcode[];
const declarations = Object.keys(declarationTable) as (keyof typeof declarationTable)[];

/** Any program that has tokens, whatever it may mean: every opcode, operand form, control and reserved bit. */
export function randomProgram(random: Random, length: number): Program {
  const [major, minor] = random.pick(models);
  const statements = Array.from({ length }, () => randomStatement(random));
  return { type: random.pick(types), major, minor, statements };
}

function randomStatement(random: Random): Statement {
  return random.chance(0.7)
    ? randomInstruction(random)
    : random.chance(0.15)
      ? randomData(random)
      : randomDeclaration(random);
}

/** Mostly none of the bits that an opcode token leaves free. */
function reservedBits(random: Random, used: number): number {
  return random.chance(0.05) ? (random.bits() & 0x00fff800 & ~used) >>> 0 : 0;
}

function randomData(random: Random): Declaration {
  const words = (count: number) => Uint32Array.from({ length: count }, () => random.word());
  return random.chance(0.5)
    ? { opcode: 'DCL_IMMEDIATE_CONSTANT_BUFFER', at: 0, reserved: 0, words: words(4 * random.below(5)) }
    : {
        opcode: 'CUSTOMDATA',
        at: 0,
        reserved: 0,
        class: random.pick(['COMMENT', 'DEBUGINFO', 'OPAQUE'] as const),
        words: words(random.below(20)),
      };
}

function randomDeclaration(random: Random): Declaration {
  const opcode = random.pick(declarations);
  const layout = declarationTable[opcode];
  const fields: Record<string, unknown> = { opcode, at: 0 };
  let used = 0;
  for (const { field, bit, bits, names } of layout.controls) {
    used |= (2 ** bits - 1) << bit;
    const named = names?.slice(0, 2 ** bits).filter((name) => name !== undefined);
    fields[field] =
      named !== undefined ? random.pick(named) : bits === 1 ? random.chance(0.5) : random.below(2 ** bits);
  }
  fields.reserved = reservedBits(random, used);
  if (layout.operand) {
    fields.operand = randomOperand(random, 0);
  }
  for (const { field, form } of layout.words) {
    fields[field] =
      form === 'number'
        ? random.word()
        : form === 'systemName'
          ? random.pick(systemNames)
          : form === 'returns'
            ? randomReturns(random)
            : Uint32Array.from({ length: random.below(9) }, () => random.word());
  }
  return fields as unknown as Declaration;
}

function randomReturns(random: Random): ReturnTypes {
  const named = returnTypes.filter((name) => name !== undefined);
  return [random.pick(named), random.pick(named), random.pick(named), random.pick(named)];
}

function randomInstruction(random: Random): Instruction {
  const opcode = random.pick(instructions);
  const { destinations, sources, control, computes, hasResource } = instructionLayouts[opcode];
  const used = {
    none: 0,
    test: 1 << 18,
    resinfo: 3 << 11,
    sampleInfo: 3 << 11,
    sync: 15 << 11,
    vmware: 15 << 11,
  }[control];
  const texels = () => random.below(16) - 8;
  return {
    opcode,
    at: 0,
    reserved: reservedBits(random, used | (computes ? (1 << 13) | (15 << 19) : 0)),
    controls: {
      saturate: computes && random.chance(0.2),
      precise: computes && random.chance(0.1) ? random.below(16) : 0,
      nonZero: control === 'test' && random.chance(0.5),
      returns:
        control === 'resinfo'
          ? random.pick(['FLOAT', 'RCPFLOAT', 'UINT'] as const)
          : control === 'sampleInfo'
            ? random.pick(['FLOAT', 'UINT'] as const)
            : 'FLOAT',
      immediate: control === 'sync' ? random.below(16) : opcode === 'INTERFACE_CALL' ? random.word() : 0,
    },
    extended: {
      offsets: hasResource && random.chance(0.3) ? [texels(), texels(), texels()] : undefined,
      resource:
        hasResource && random.chance(0.2)
          ? {
              dimension: random.pick(['BUFFER', 'TEXTURE2D', 'STRUCTURED_BUFFER'] as const),
              stride: random.below(4096),
            }
          : undefined,
      resourceReturns: hasResource && random.chance(0.2) ? randomReturns(random) : undefined,
    },
    destinations: destinations.map(() => randomOperand(random, 0)),
    sources: sources.map(() => randomOperand(random, 0)),
  };
}

function randomOperand(random: Random, level: number): Operand {
  const type = random.pick(operandTypes);
  const isImmediate = type === 'IMMEDIATE32' || type === 'IMMEDIATE64';
  const components = random.pick(isImmediate ? ([1, 4] as const) : ([0, 1, 4, 4, 4, 4] as const));
  const selection: Selection = components === 4 ? randomSelection(random) : { mode: 'none' };
  const count = isImmediate ? components * (type === 'IMMEDIATE64' && components === 1 ? 2 : 1) : 0;
  const indices = Array.from({ length: random.chance(0.9) ? random.below(3) : 3 }, () =>
    randomIndex(random, level),
  );
  return {
    type,
    components,
    selection,
    modifier: random.chance(0.8) ? 'NONE' : random.pick(['NEG', 'ABS', 'ABSNEG'] as const),
    indices,
    reserved: random.chance(0.1) ? (random.bits() & freeBits(selection, indices.length)) >>> 0 : 0,
    immediate: Array.from({ length: count }, () => random.word()),
  };
}

/** The bits of an operand token that mean nothing. */
function freeBits(selection: Selection, indices: number): number {
  const selected = { none: 0xffc, mask: 0xf00, swizzle: 0, select: 0xfc0 }[selection.mode];
  return selected | (0x7fc00000 & ~((2 ** (3 * indices) - 1) << 22));
}

function randomSelection(random: Random): Selection {
  const component = () => random.below(4);
  switch (random.below(3)) {
    case 0:
      return { mode: 'mask', mask: random.below(16) };
    case 1:
      return { mode: 'swizzle', swizzle: [component(), component(), component(), component()] };
    default:
      return { mode: 'select', component: component() };
  }
}

function randomIndex(random: Random, level: number): Index {
  const representation =
    level > 2
      ? 'IMMEDIATE32'
      : random.pick(['IMMEDIATE32', 'IMMEDIATE32', 'RELATIVE', 'IMMEDIATE32_PLUS_RELATIVE'] as const);
  return {
    representation,
    offset: representation === 'RELATIVE' ? 0 : random.word(),
    relative: representation === 'IMMEDIATE32' ? undefined : randomOperand(random, level + 1),
  };
}
